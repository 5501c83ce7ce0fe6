// Package requests holds the checks of exercises that print the times of the
// requests that a disk starts.
package requests

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bpfgrade/bpfgrade/exercises/internal/clocks"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Function is the kernel function that starts a request on a disk; see
// block/blk-mq.c in the kernel's source.
const Function = "blk_mq_start_request"

const (
	oneLine     = "one line for each request"
	currentTime = "current time"
)

// Checks are the checks of what is printed. They come after the check named
// hook.
func Checks(hook string) []grader.Check {
	return []grader.Check{
		{Name: oneLine, Points: 3, After: []string{hook}, Run: func(t *grader.T) { run(t) }},
		{Name: currentTime, Points: 3, After: []string{hook, oneLine}, Run: checkCurrent},
		{Name: "allocation time", Points: 3, After: []string{hook, oneLine}, Run: checkAllocated},
	}
}

// Hooked is the check that what prints is a program of one of the kinds on
// [Function].
func Hooked(name string, points float64, kinds ...object.Kind) grader.Check {
	return grader.Check{
		Name:   name,
		Points: points,
		Run: func(t *grader.T) {
			var others []string
			found, foreign := false, false
			for _, p := range t.Object.Programs {
				if slices.Contains(kinds, p.Hook.Kind) && p.Hook.Target == Function {
					found = true
					continue
				}
				foreign = foreign || prints(p)
				others = append(others, fmt.Sprintf("%s is %s", p.Name, p.Hook))
			}
			if found && !foreign {
				return
			}
			t.Fail(grader.Failure{
				Expected: name,
				Actual:   strings.Join(others, ", "),
				Message:  fmt.Sprintf("The program that prints is not %s: %s.", name, strings.Join(others, ", ")),
				Help:     fmt.Sprintf("The section decides what a program is: SEC(\"%s/%s\").", kinds[0], Function),
			})
		},
	}
}

// prints tells whether a program calls a helper that prints.
func prints(p object.Program) bool {
	return slices.Contains(p.Helpers, "bpf_trace_printk") || slices.Contains(p.Helpers, "bpf_trace_vprintk")
}

// seen is one request with what was printed for it.
type seen struct {
	testbed.BlockStepReport
	// first and second are the numbers of its line as they were printed.
	first, second      string
	allocated, current uint64
}

var (
	// digits is any number in a line, also one that touches a word: now_123,
	// 123ns. A minus belongs to it where it touches nothing else.
	digits = regexp.MustCompile(`(?:(?:^|\s)-)?\d+`)
	// integer is a number that stands alone, not one within a word such as u64.
	integer = regexp.MustCompile(`(?:^|[^\w.])-?\d+\b`)
)

// integers returns the two numbers of a line, or how many others there are.
func integers(line string) []string {
	found := digits.FindAllString(line, -1)
	if len(found) != 2 {
		found = integer.FindAllString(line, -1)
	}
	for i := range found {
		found[i] = strings.TrimLeftFunc(found[i], func(r rune) bool { return r != '-' && (r < '0' || r > '9') })
	}
	return found
}

// time reads a number of a line. One that is no time of the kernel's, negative
// or too large, is a time that no request has.
func time(number string) uint64 {
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return math.MaxUint64
	}
	return n
}

// cut tells whether a number of a line is what 4 bytes, with a sign or without
// one, keep of a time within the window.
func cut(number string, start, end uint64) bool {
	n, err := strconv.ParseInt(number, 10, 64)
	return err == nil && math.MinInt32 <= n && n <= math.MaxUint32 && clocks.LowerHalf(uint64(uint32(n)), start, end)
}

const keepWhole = "These are the lower 4 bytes of the time: keep it in a variable of 8 bytes, and print it with %llu."

// draw draws writes of one block each and nearly as many reads, mixed. Their
// number is prime, so that a program that prints for several requests at a time
// is found out.
func draw(t *grader.T) []testbed.BlockStep {
	primes := []int{7, 11, 13}
	steps := make([]testbed.BlockStep, primes[t.Rand.IntN(len(primes))])
	for i := range steps {
		steps[i] = testbed.BlockStep{Write: i%2 == 0, Bytes: 4096}
	}
	grader.Shuffle(t, steps)
	return steps
}

// run makes requests and returns what was printed for each. It fails the check
// unless there is one line with two integers for each.
func run(t *grader.T) []seen {
	t.Trace()
	runs := t.Runs()
	report := t.BlockIO(draw(t)...)
	trace := t.Trace()
	want := len(report.Steps)

	if got := len(trace.Lines); got != want || trace.Lost > 0 {
		f := grader.Failure{
			Expected: fmt.Sprintf("%d lines for %d requests", want, want),
			Actual:   fmt.Sprintf("%d lines", uint64(got)+trace.Lost),
			Message:  fmt.Sprintf("The disk started %d requests, and %d lines were printed.", want, uint64(got)+trace.Lost),
			Help:     "The program prints one line, each time it runs, and nothing more.",
		}
		switch runs = t.Runs() - runs; {
		case got == 0 && runs == 0:
			f.Help = "The program did not run at all: " + Function + " is the function to hook."
			f.Diagnosis = "hook-never-fired"
		case got == 0:
			f.Help = fmt.Sprintf("The program ran %d times and printed nothing: look at where it returns early, and at the format of bpf_printk.", runs)
		}
		t.Fail(f)
	}

	var all []seen
	for i, line := range trace.Lines {
		numbers := integers(line.Text)
		if len(numbers) != 2 {
			t.Fail(grader.Failure{
				Expected: "two integers in each line",
				Actual:   strconv.Quote(line.Text),
				Message:  fmt.Sprintf("Line %d holds %d integers instead of two.", i+1, len(numbers)),
				Help:     "First start_time_ns of the request, then bpf_ktime_get_ns(), both as decimal integers of 64 bits (%llu).",
			})
		}
		all = append(all, seen{
			BlockStepReport: report.Steps[i],
			first:           numbers[0],
			second:          numbers[1],
			allocated:       time(numbers[0]),
			current:         time(numbers[1]),
		})
	}
	return all
}

// checkCurrent wants the second integer of each line to be the time at which
// the request was started.
func checkCurrent(t *grader.T) {
	all := run(t)
	copied := 0
	var times []uint64
	for i, s := range all {
		times = append(times, s.current)
		if s.current == s.Allocated {
			copied++
		}
		if s.Start <= s.current && s.current <= s.End {
			continue
		}
		f := grader.Failure{
			Expected: fmt.Sprintf("a second integer from %d to %d", s.Start, s.End),
			Actual:   s.second,
			Message:  fmt.Sprintf("Request %d was made between these two times of the monotonic clock in nanoseconds, and its line says otherwise.", i+1),
			Help:     "The second integer is bpf_ktime_get_ns(), as it is: no other clock, no other unit.",
		}
		switch {
		case cut(s.second, s.Start, s.End):
			f.Help = keepWhole
		case !clocks.Near(s.current, s.Start, s.End):
			f.Diagnosis = "wrong-clock"
		}
		t.Fail(f)
	}
	if copied > 0 {
		t.Fail(grader.Failure{
			Expected: "a second integer later than the allocation of the request",
			Actual:   fmt.Sprintf("the time of the allocation in %d of %d lines", copied, len(all)),
			Message:  "The second integer is the time at which the request was allocated, not the current time.",
			Help:     "The second integer is what bpf_ktime_get_ns() returns when the program runs.",
		})
	}
	clocks.Uncut(t, "the second integer", times)
	clocks.Asked(t, "the second integer", "The second integer is what "+clocks.Helper+"() returns when the program runs.")
}

// checkAllocated wants the first integer of each line to be the time at which
// the request was allocated. The kernel wrote it down, and so did the testbed:
// the two must be equal.
func checkAllocated(t *grader.T) {
	for i, s := range run(t) {
		if s.allocated == s.Allocated {
			continue
		}
		f := grader.Failure{
			Expected: fmt.Sprintf("first integer %d", s.Allocated),
			Actual:   s.first,
			Message:  fmt.Sprintf("The start_time_ns of request %d is not the first integer of its line.", i+1),
			Help:     "The first integer is the field start_time_ns of the request that " + Function + " is called with, read with BPF_CORE_READ.",
		}
		switch {
		case s.current == s.Allocated:
			f.Help = "The two integers are the wrong way round: first the request's start_time_ns, then the current time."
		case cut(s.first, s.Allocated, s.Allocated):
			f.Help = keepWhole
		case s.Allocated < s.allocated && s.allocated <= s.current:
			f.Help = "This looks like the current time: the first integer is start_time_ns, which the kernel wrote into the request before it was started."
		}
		t.Fail(f)
	}
}
