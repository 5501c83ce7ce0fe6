// Package requests holds the checks of exercises that print the times of the
// requests that a disk starts.
package requests

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	allocated, current uint64
	line               string
}

// integer is a decimal number that stands alone, not one within a word such
// as u64.
var integer = regexp.MustCompile(`(?:^|[^\w.])(-?\d+)\b`)

// draw draws reads and writes of one block each, mixed.
func draw(t *grader.T) []testbed.BlockStep {
	steps := make([]testbed.BlockStep, 6+t.Rand.IntN(10))
	for i := range steps {
		steps[i] = testbed.BlockStep{Write: t.Rand.IntN(2) == 0, Bytes: 4096}
	}
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
		numbers := integer.FindAllStringSubmatch(line.Text, -1)
		if len(numbers) != 2 {
			t.Fail(grader.Failure{
				Expected: "two integers in each line",
				Actual:   strconv.Quote(line.Text),
				Message:  fmt.Sprintf("Line %d holds %d integers instead of two.", i+1, len(numbers)),
				Help:     "First start_time_ns of the request, then bpf_ktime_get_ns(), both as decimal integers of 64 bits (%llu).",
			})
		}
		s := seen{BlockStepReport: report.Steps[i], line: line.Text}
		var errs [2]error
		s.allocated, errs[0] = strconv.ParseUint(numbers[0][1], 10, 64)
		s.current, errs[1] = strconv.ParseUint(numbers[1][1], 10, 64)
		if errs[0] != nil || errs[1] != nil {
			t.Fail(grader.Failure{
				Expected: "two times in nanoseconds",
				Actual:   strconv.Quote(line.Text),
				Message:  fmt.Sprintf("Line %d holds a number that is no time.", i+1),
				Help:     "The times are unsigned integers of 64 bits: print them with %llu.",
			})
		}
		all = append(all, s)
	}
	return all
}

// checkCurrent wants the second integer of each line to be the time at which
// the request was started.
func checkCurrent(t *grader.T) {
	all := run(t)
	same := 0
	for i, s := range all {
		if s.current == s.Allocated {
			same++
		}
		if s.Start <= s.current && s.current <= s.End {
			continue
		}
		f := grader.Failure{
			Expected: fmt.Sprintf("a second integer from %d to %d", s.Start, s.End),
			Actual:   strconv.FormatUint(s.current, 10),
			Message:  fmt.Sprintf("Request %d was made between these two times of the monotonic clock in nanoseconds, and its line says otherwise.", i+1),
			Help:     "The second integer is bpf_ktime_get_ns(), as it is: no other clock, no other unit.",
		}
		if !near(s.current, s.Start, s.End) {
			f.Diagnosis = "wrong-clock"
		}
		t.Fail(f)
	}
	if same == len(all) {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("a second integer near %d", all[0].Started),
			Actual:   strconv.FormatUint(all[0].current, 10),
			Message:  "In every line the second integer is the time at which the request was allocated, not the current time.",
			Help:     "The second integer is what bpf_ktime_get_ns() returns when the program runs.",
		})
	}
}

// near tells whether a time is on the right clock and in the right unit, even
// if it is not exact: within a second of the window.
func near(time, start, end uint64) bool {
	const second = 1e9
	return time+second >= start && time <= end+second
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
			Actual:   strconv.FormatUint(s.allocated, 10),
			Message:  fmt.Sprintf("The start_time_ns of request %d is not the first integer of its line.", i+1),
			Help:     "The first integer is the field start_time_ns of the request that " + Function + " is called with, read with BPF_CORE_READ.",
		}
		switch {
		case s.current == s.Allocated:
			f.Help = "The two integers are the wrong way round: first the request's start_time_ns, then the current time."
		case s.Allocated < s.allocated && s.allocated <= s.current:
			f.Help = "This looks like the current time: the first integer is start_time_ns, which the kernel wrote into the request before it was started."
		}
		t.Fail(f)
	}
}
