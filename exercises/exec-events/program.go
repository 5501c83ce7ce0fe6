package execevents

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bpfgrade/bpfgrade/exercises/internal/callers"
	"github.com/bpfgrade/bpfgrade/exercises/internal/programs"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

const (
	printsEvery = "prints every value"
	printsSent  = "prints the records"
)

// programChecks are the checks of the user-space half. They come after those of
// the BPF half: a program can print no values that it is not sent.
func programChecks(sent ...string) []grader.Check {
	return []grader.Check{
		{Name: printsEvery, On: grader.OnProgram, Points: 2, After: sent, Run: printsEveryValue},
		{Name: printsSent, On: grader.OnProgram, Points: 1, After: []string{printsEvery}, Run: printsRecords},
		{Name: "reports lost records", On: grader.OnProgram, Points: 1, After: []string{printsSent}, Run: reportsLost},
		programs.EndsOn(testbed.SignalInterrupt, 0.5),
		programs.EndsOn(testbed.SignalTerminate, 0.5),
	}
}

// printsEveryValue makes one call after another and looks at each for its
// value. A program has then nothing else to print, wherever it takes the value
// from.
func printsEveryValue(t *grader.T) {
	t.Printed()
	var seen []uint64
	for _, kind := range []testbed.ExecKind{testbed.ExecFailure, testbed.ExecSuccess} {
		value := setCounter(t)
		for _, step := range t.DrawExecs(kind, 1, 3) {
			for range step.Count {
				value++
				printsValue(t, testbed.ExecStep{Kind: kind, CPU: step.CPU, Count: 1}, value, seen)
				seen = append(seen, value)
			}
		}
	}
	// One that waited for no longer than the grader took to look lost nothing.
	if running(t).LateBuffers {
		t.Fail(lateBuffer(grader.Failure{
			Expected: "a perf buffer before the program waits",
			Actual:   "it was made after a wait",
			Message:  "The program printed the values of these calls, and would not have printed those of earlier ones.",
		}))
	}
}

// lateBuffer says that the program made its perf buffer late.
func lateBuffer(f grader.Failure) grader.Failure {
	f.Message += " It was attached and waited, and made its perf buffer only later."
	f.Help = "Make the buffer before the program is attached, or right after: what is sent while there is none reaches nobody, and is not reported as lost."
	f.Diagnosis = "late-perf-buffer"
	return f
}

// printsValue makes a call that gives the counter a value. Seen are the values
// of the calls before.
func printsValue(t *grader.T, call testbed.ExecStep, value uint64, seen []uint64) {
	t.Exec(call)
	one := counts{before: value - 1, calls: 1}
	text := t.PrintedUntil(func(text string) bool { return len(one.of(readLines(text))) > 0 })
	lines := readLines(text)
	again := len(one.of(lines)) - 1
	if again < 0 {
		t.Fail(missing(t, call, value, lines))
	}
	for _, l := range lines {
		if n, ok := l.value(); ok && slices.Contains(seen, n) {
			again++
		}
	}
	if again > 0 {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("one line with %d", value),
			Actual:   quoted(lines),
			Message:  fmt.Sprintf("A %s gave counter[0] the value %d, and the program printed more than the value of this record.", call.Kind, value),
			Help:     "Print one line where a record is handled, and none for it anywhere else.",
		})
	}
}

// missing says what may be wrong when a value was not printed, but other lines.
func missing(t *grader.T, call testbed.ExecStep, value uint64, lines []line) grader.Failure {
	f := grader.Failure{
		Expected: fmt.Sprintf("a line with the number %d and no other", value),
		Actual:   quoted(lines),
		Message:  fmt.Sprintf("A %s on processor %d gave counter[0] the value %d, and the program did not print it.", call.Kind, call.CPU, value),
		Help:     "Print count_value of each record, as an unsigned integer of 64 bits (%llu), where the record is handled.",
	}
	if len(lines) == 0 {
		return printedNothing(t, f, value)
	}
	text := fmt.Sprint(value)
	for _, l := range lines {
		n, ok := l.value()
		switch {
		case slices.Contains(l.numbers, text):
			f.Help = "The value is there, on a line with other numbers: it must be the only number on its line."
		case slices.Contains(l.numbers, fmt.Sprint(int32(value))), ok && n == value&0xffffffff, ok && n == value&0xffff, ok && n == value&0xff:
			f.Help = "These are the lowest bytes of the value: keep it in a variable of 8 bytes, and print it with %llu."
		case ok && n == value-1:
			f.Help = "This is the value before: print the one of the record that is handled, not what was there until then."
		default:
			continue
		}
		break
	}
	return f
}

// printedNothing says why a program that prints nothing may do so.
func printedNothing(t *grader.T, f grader.Failure, value uint64) grader.Failure {
	out, err := t.Testbed().Output(t.Context(), testbed.OutputRequest{})
	t.Infra(err)
	if id, help := explain.Printed(string(out.Text)); id != "" {
		f.Help, f.Diagnosis = help, id
		return f
	}
	now := running(t)
	switch {
	case len(now.Buffers) == 0:
		f.Message += " It has no perf buffer."
		f.Help = "Make one with perf_buffer__new, and look whether it returns NULL: what is sent while there is none reaches nobody, and is not reported as lost."
		return f
	case now.LateBuffers:
		return lateBuffer(f)
	case len(now.Buffers) < len(t.Info.CPUs):
		f.Message += fmt.Sprintf(" It has a perf buffer for %d of %d processors.", len(now.Buffers), len(t.Info.CPUs))
		f.Help = "Each processor needs a buffer of its own: perf_buffer__new makes them all."
		return f
	}
	// What is printed only at the end was in the program all the time.
	t.Stop(testbed.SignalInterrupt)
	out, err = t.Testbed().Output(t.Context(), testbed.OutputRequest{})
	t.Infra(err)
	if strings.Contains(string(out.Text), fmt.Sprint(value)) {
		f.Message += " It came only when the program ended."
		f.Help = "The output stays in a buffer of the program: leave stdout as it is on a terminal, or call fflush(stdout) after each line."
		f.Diagnosis = "stdout-buffered"
	}
	return f
}

// running is what the program has in the kernel now.
func running(t *grader.T) *testbed.Running {
	now, err := t.Testbed().AwaitReady(t.Context(), time.Nanosecond)
	t.Infra(err)
	return now
}

// whileFrozen has calls made of which the program can read no record: it is
// stopped where it prints the value of the first call.
func whileFrozen(t *grader.T, first testbed.ExecStep, do func()) {
	t.BlockOutput()
	t.Exec(first)
	t.Freeze()
	do()
	t.Thaw()
}

// printsRecords has records arrive while the program is frozen, and changes the
// counter before it goes on.
func printsRecords(t *grader.T) {
	t.Printed()
	cpu := callers.CPU(t)
	steps := append([]testbed.ExecStep{{Kind: testbed.ExecFailure, CPU: cpu, Count: 1}}, t.DrawExecs(testbed.ExecFailure, 2, 6)...)
	sent := counts{setCounter(t), uint64(grader.Calls(steps))}
	var other counts
	whileFrozen(t, steps[0], func() {
		t.Exec(steps[1:]...)
		other = counts{setCounter(t) - 1, 1}
	})
	text := t.PrintedUntil(func(text string) bool { return len(sent.of(readLines(text))) >= int(sent.calls) })
	lines := readLines(text)
	got := sent.of(lines)

	f := grader.Failure{
		Expected: fmt.Sprintf("the %d values of these calls, in order for each processor", sent.calls),
		Actual:   quoted(lines),
		Message:  fmt.Sprintf("%d calls gave counter[0] the values from %d to %d, all but the first while the program was stopped, and when it went on it printed %d of them.", sent.calls, sent.before+1, sent.before+sent.calls, len(slices.Compact(slices.Sorted(slices.Values(got))))),
		Help:     "Several records can wait in a buffer: print a line for each, in the function that is called with it, and with what that record says.",
	}
	if len(other.of(lines)) > 0 {
		f.Message += fmt.Sprintf(" It printed %d, which counter[0] was set to after them.", other.before+1)
		f.Help = "The values are those of the records: take them from the data that the function is called with, not from the map."
		t.Fail(f)
	}
	value := sent.before
	order := make(map[int][]uint64)
	for _, step := range steps {
		for range step.Count {
			value++
			order[step.CPU] = append(order[step.CPU], value)
		}
	}
	for _, want := range order {
		printed := slices.DeleteFunc(slices.Clone(got), func(n uint64) bool { return !slices.Contains(want, n) })
		if !slices.Equal(printed, want) {
			if len(printed) >= len(want) {
				f.Message += " They are not in the order of the records, or not once each."
			}
			t.Fail(f)
		}
	}
}

// quoted shows the first lines of an output.
func quoted(lines []line) string {
	const most = 5
	if len(lines) == 0 {
		return "nothing"
	}
	var texts []string
	for _, l := range lines[:min(len(lines), most)] {
		texts = append(texts, fmt.Sprintf("%q", l.text))
	}
	if len(lines) > most {
		texts = append(texts, fmt.Sprintf("and %d more lines", len(lines)-most))
	}
	return strings.Join(texts, ", ")
}
