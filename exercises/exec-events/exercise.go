// Package execevents is the exercise exec-events: records through a perf
// buffer.
package execevents

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/exercises/internal/calls"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

const (
	eventsMap = "events map"
	countsAll = "counts every call"
	sends     = "sends a record for every call"
	carries   = "record carries the new count"
)

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "exec-events",
	Title: "Records through a perf buffer",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureTracepoints, testbed.FeatureKprobes,
		testbed.FeatureFentry, testbed.FeaturePrintk, testbed.FeaturePerfBuffer, testbed.FeatureTwoCPUs,
		testbed.FeatureProgram,
	},
	Records: []string{"events"},
	Program: grader.ProgramOptions{Buffers: true},
	Events:  []testbed.Event{testbed.EventExec},
	Checks: slices.Concat([]grader.Check{
		calls.HasCounter(0.5),
		{Name: eventsMap, Points: 0.5, Run: hasEvents},
		{Name: countsAll, Points: 1, After: []string{calls.CounterMap}, Run: calls.CountsEvery},
		{Name: sends, Points: 1, After: []string{eventsMap}, Run: sendsEveryCall},
		{Name: carries, Points: 1, After: []string{calls.CounterMap, sends}, Run: carriesCount},
		{Name: "prints nothing", Points: 1, Run: printsNothing},
	}, programChecks(calls.CounterMap, eventsMap, sends, carries)),
	Hints: []string{
		"Begin with exec-counter and replace its bpf_printk: a structure on the stack, its field set, one helper call.",
		"bpf_perf_event_output takes the context of the program, the map, a flag that says which buffer, the data and its size.",
		"Each processor has a buffer of its own: BPF_F_CURRENT_CPU chooses that of the processor the program runs on.",
		"In user space, perf_buffer__new makes a buffer for each processor from the file descriptor of the map; perf_buffer__poll in a loop calls your functions for what has arrived.",
		"Cast the data that handle_event is given to the structure of prog.h and print its field; handle_lost prints the number that it is given.",
	},
}

func hasEvents(t *grader.T) {
	m := t.Map("events")
	if m.Type != "PerfEventArray" {
		t.Fail(grader.Failure{
			Expected: "events: PerfEventArray",
			Actual:   m.String(),
			Message:  "The map events is not a perf event array.",
			Help:     "Its type is BPF_MAP_TYPE_PERF_EVENT_ARRAY, with keys and values of 4 bytes.",
		})
	}
}

// received makes the calls and returns the records that they sent.
func received(t *grader.T, batch calls.Batch) []testbed.Record {
	events := t.Map("events")
	events.Records()
	batch.Make(t)
	records := events.Records()
	if records.Lost > 0 || records.Dropped > 0 {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("%d records", batch.Calls),
			Actual:   fmt.Sprintf("%d records, and %d more that found no room", len(records.Records), records.Lost+records.Dropped),
			Message:  "The program sends far more than one record a call.",
			Help:     "Is its hook passed by other things than execve?",
		})
	}
	return records.Records
}

func sendsEveryCall(t *grader.T) {
	sendsCalls(t, calls.Execs(t.DrawExecs(testbed.ExecSuccess, 2, 5)))
	sendsCalls(t, calls.Execs(t.DrawExecs(testbed.ExecFailure, 3, 8)))
	for _, batch := range calls.Whoever(t) {
		sendsCalls(t, batch)
	}
}

// sendsCalls makes calls and looks where their records arrive.
func sendsCalls(t *grader.T, batch calls.Batch) {
	runs := t.Runs()
	want, got := batch.PerCPU(), make(map[int]int)
	records := received(t, batch)
	for _, record := range records {
		got[record.CPU]++
	}
	if maps.Equal(got, want) {
		return
	}
	if len(records) > 0 {
		t.Award(0.5)
	}
	f := grader.Failure{
		Expected: fmt.Sprintf("%d records: %s", batch.Calls, perCPU(want)),
		Actual:   fmt.Sprintf("%d records: %s", len(records), perCPU(got)),
		Message:  fmt.Sprintf("%s (%s), and %d records arrived (%s).", batch.Made, perCPU(want), len(records), perCPU(got)),
		Help:     "Each call sends exactly one record, also one that fails, and to the buffer of the processor on which it is made.",
	}
	silent := slices.ContainsFunc(slices.Collect(maps.Keys(want)), func(cpu int) bool { return got[cpu] == 0 })
	switch {
	case len(records) == 0 && t.Runs() == runs:
		f.Help = "No program of the object ran during these calls: is it attached to a hook that every execve reaches?"
		f.Diagnosis = "hook-never-fired"
	case len(records) > 0 && silent:
		f.Help = "The flags of bpf_perf_event_output choose the buffer: with BPF_F_CURRENT_CPU it is that of the processor the program runs on."
		if got[0] == want[0] && len(records) == got[0] {
			f.Diagnosis = "perf-flags-zero"
		}
	case len(records) < batch.Calls && batch.Missed != "":
		f.Help = batch.Missed
	}
	t.Fail(f)
}

// perCPU says how many there are for each processor.
func perCPU(n map[int]int) string {
	if len(n) == 0 {
		return "none"
	}
	var parts []string
	for _, cpu := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d on processor %d", n[cpu], cpu))
	}
	return strings.Join(parts, ", ")
}

// carriesCount wants each record to carry what the counter became with it, and
// no record without a call.
func carriesCount(t *grader.T) {
	layouts, err := t.Object.Records("count_value")
	if errors.Is(err, object.ErrNoTypes) {
		// All that can be told without types is a record of the value alone.
		layouts, err = []object.Layout{{Size: 8}}, nil
	}
	if err != nil {
		t.Fail(grader.Failure{
			Expected: "a structure with a field __u64 count_value",
			Message:  "The object has no structure with a field count_value of 8 bytes.",
			Help:     "The record is a variable of a structure with the field __u64 count_value. A structure of which there is no variable is not in the object.",
		})
	}
	setCounter(t)
	for _, kind := range []testbed.ExecKind{testbed.ExecFailure, testbed.ExecSuccess} {
		layouts = carriesCalls(t, t.DrawExecs(kind, 2, 6), layouts)
	}
	sendsOnlyCounted(t, append(t.DrawExecs(testbed.ExecveatSuccess, 1, 3), t.DrawExecs(testbed.ExecveatFailure, 1, 3)...))
}

// setCounter sets counter[0] to a number that no count of the program's own can
// have, that needs all 8 bytes of a field, and returns it.
func setCounter(t *grader.T) uint64 {
	n := (1+t.Rand.Uint64N(1<<16))<<40 + t.Rand.Uint64N(1<<40)
	if !t.Map("counter").Set(0, n) {
		t.Fail(grader.Failure{
			Expected: "a map counter that user space can write to",
			Actual:   "its flags do not permit it",
			Message:  "The flags of the map counter keep everybody but BPF programs from writing to it.",
			Help:     "Leave BPF_F_RDONLY out of its map_flags.",
		})
	}
	return n
}

// carriesCalls makes calls of execve and returns the layouts that fit the records:
// two structures of an object can have the same size.
func carriesCalls(t *grader.T, steps []testbed.ExecStep, layouts []object.Layout) []object.Layout {
	counter := t.Map("counter")
	before := counter.Uint64(0)
	records := received(t, calls.Execs(steps))
	if len(records) == 0 {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("%d records", grader.Calls(steps)),
			Actual:   "no record",
			Message:  "No record arrived, so there is no value to look at.",
		})
	}

	// Order is certain on a processor, not across them; the calls were made
	// one after another, in the order of the steps.
	next := make(map[int][]uint64)
	value := before
	for _, step := range steps {
		for range step.Count {
			value++
			next[step.CPU] = append(next[step.CPU], value)
		}
	}
	all := maps.Clone(next)
	found := make(map[int][]uint64)
	var f *grader.Failure
	for _, record := range records {
		fitting := object.Fitting(layouts, len(record.Data))
		if len(fitting) == 0 {
			t.Fail(grader.Failure{
				Expected: fmt.Sprintf("records of %d bytes and padding", layouts[0].Size),
				Actual:   fmt.Sprintf("a record of %d bytes", len(record.Data)),
				Message:  "The record is not as long as the structure that holds count_value.",
				Help:     "Send the whole structure: the last argument of bpf_perf_event_output is its sizeof. An object without debug information must send the value alone: build it with -g.",
			})
		}
		if len(next[record.CPU]) == 0 {
			t.Fail(grader.Failure{
				Expected: fmt.Sprintf("%d records", grader.Calls(steps)),
				Actual:   fmt.Sprintf("%d records", len(records)),
				Message:  "More records arrived than calls were made.",
			})
		}
		want := next[record.CPU][0]
		next[record.CPU] = next[record.CPU][1:]
		got, _ := fitting[0].Uint64(record.Data)
		found[record.CPU] = append(found[record.CPU], got)
		right := slices.DeleteFunc(slices.Clone(fitting), func(l object.Layout) bool {
			n, _ := l.Uint64(record.Data)
			return n != want
		})
		if len(right) > 0 {
			layouts = right
		} else if f == nil {
			f = &grader.Failure{
				Message: fmt.Sprintf("A call made counter[0] %d, and its record says %d.", want, got),
				Help:    "Set count_value from the counter after it was raised, all 8 bytes of it, in the same run of the program.",
			}
		}
	}
	if f != nil {
		f.Expected, f.Actual = values(all), values(found)
		t.Fail(*f)
	}
	return layouts
}

// values lists the values of records, a line each.
func values(perCPU map[int][]uint64) string {
	var lines []string
	for _, cpu := range slices.Sorted(maps.Keys(perCPU)) {
		for _, n := range perCPU[cpu] {
			lines = append(lines, fmt.Sprintf("count_value %d on processor %d", n, cpu))
		}
	}
	return strings.Join(lines, "\n")
}

// sendsOnlyCounted makes calls of execveat, for which nothing is sent. A
// program that counts them has failed another check for it.
func sendsOnlyCounted(t *grader.T, steps []testbed.ExecStep) {
	counter := t.Map("counter")
	before := counter.Uint64(0)
	got := uint64(len(received(t, calls.Execs(steps))))
	if counted := counter.Uint64(0) - before; got != counted {
		t.Fail(grader.Failure{
			Expected: "no record",
			Actual:   fmt.Sprintf("%d records", got),
			Message:  fmt.Sprintf("An execveat was made %d times, the counter went up by %d, and %d records arrived.", grader.Calls(steps), counted, got),
			Help:     "A record is sent each time the counter goes up, and at no other time.",
		})
	}
}

func printsNothing(t *grader.T) {
	var steps []testbed.ExecStep
	for _, kind := range []testbed.ExecKind{testbed.ExecSuccess, testbed.ExecFailure, testbed.ExecveatSuccess, testbed.ExecveatFailure} {
		steps = append(steps, t.DrawExecs(kind, 1, 3)...)
	}
	t.Trace()
	t.Exec(steps...)
	if trace := t.Trace(); len(trace.Lines) > 0 || trace.Lost > 0 {
		t.Fail(grader.Failure{
			Expected: "no line of bpf_printk",
			Actual:   fmt.Sprintf("%d lines for %d calls of execve and execveat", uint64(len(trace.Lines))+trace.Lost, grader.Calls(steps)),
			Message:  "The program still prints with bpf_printk.",
			Help:     "The records take the place of the printed lines: remove bpf_printk.",
		})
	}
}
