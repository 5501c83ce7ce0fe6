// Package execpreset is the exercise exec-preset: user space sets the map.
package execpreset

import (
	"embed"
	"fmt"

	"github.com/bpfgrade/bpfgrade/exercises/internal/calls"
	"github.com/bpfgrade/bpfgrade/exercises/internal/programs"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

// preset is what user space sets the counter to.
const preset = 100

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "exec-preset",
	Title: "User space sets the map",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureTracepoints, testbed.FeatureKprobes, testbed.FeatureFentry,
		testbed.FeaturePrintk, testbed.FeatureTwoCPUs, testbed.FeatureProgram,
	},
	Events: []testbed.Event{testbed.EventExec},
	Checks: []grader.Check{
		hasCounter(),
		{Name: "starts at 100", On: grader.OnAttach, Points: 3, After: []string{calls.CounterMap}, Run: startsAtPreset},
		{Name: "counts every call", On: grader.OnProgram, Points: 2, After: []string{calls.CounterMap}, Run: calls.CountsEvery},
		{Name: "prints every call", On: grader.OnProgram, Points: 2, After: []string{calls.CounterMap}, Run: calls.PrintsEvery},
		programs.EndsOn(testbed.SignalInterrupt, 1),
		programs.EndsOn(testbed.SignalTerminate, 1),
	},
	Hints: []string{
		"Opening, loading, attaching: at which of the three does the map come into being, and at which can the first call be counted?",
		"bpf_object__find_map_by_name finds the map, bpf_map__update_elem writes an element; look at what it returns.",
		"The value is a __u64 of 8 bytes and the key a __u32: give their addresses and their sizes.",
	},
}

func hasCounter() grader.Check {
	check := calls.HasCounter(1)
	check.On = grader.OnAttach
	return check
}

// startsAtPreset makes a call as soon as something is attached: what the
// program does to the counter after that comes too late.
func startsAtPreset(t *grader.T) {
	counter := t.Map("counter")
	call := testbed.ExecStep{Kind: testbed.ExecSuccess, CPU: t.Info.CPUs[0], Count: 1}
	for {
		before := counter.Uint64(0)
		t.Exec(call)
		after := counter.Uint64(0)
		if before == preset && after == preset+1 {
			return
		}
		if before != after {
			t.Fail(late(t, before, after))
		}
		if !t.Running().Held {
			break
		}
		// It has attached something else so far.
		t.Continue()
	}
	t.Fail(grader.Failure{
		Expected: fmt.Sprintf("counter[0] = %d after the first call", preset+1),
		Actual:   fmt.Sprintf("counter[0] = %d", counter.Uint64(0)),
		Message:  "The program is attached, and an execve was not counted.",
		Help:     "Does the BPF program count as it does in exec-counter?",
	})
}

// late says what is wrong with a counter that a call took from before to after.
func late(t *grader.T, before, after uint64) grader.Failure {
	for t.Running().Held {
		t.Continue()
	}
	printed := t.Printed()
	f := grader.Failure{
		Expected: fmt.Sprintf("counter[0] from %d to %d", preset, preset+1),
		Actual:   fmt.Sprintf("from %d to %d", before, after),
		Message:  fmt.Sprintf("At the first call after the program was attached, counter[0] went from %d to %d.", before, after),
		Help:     "Between bpf_object__load and the attaching, set element 0 to 100, as a __u64, and look at what the call returns: it fails when the map is not loaded yet or a size is wrong.",
	}
	id, help := explain.Printed(printed)
	line := explain.SetBeforeLoad(t.ProgramSource)
	switch final := t.Map("counter").Uint64(0); {
	case id != "":
		f.Help, f.Diagnosis = help, id
	case final != after:
		f.Message += fmt.Sprintf(" Only then did user space write to the map, and it became %d.", final)
		f.Help = "Set the element before the program is attached: calls that come in between are lost."
	case before == 0 && after == 1 && line > 0:
		f.Message += fmt.Sprintf(" The program writes to the map (prog.c:%d) before it has loaded the object.", line)
		f.Help = "Move it between bpf_object__load and the attaching, and look at what it returns: now it is an error."
		f.Diagnosis = "set-before-load"
	case before == 0 && after == preset+1:
		f.Help = "It is user space that sets the element. The BPF program adds one at each call, and nothing else."
	case before != 0:
		f.Help = "Set element 0 to 100, as a __u64 of 8 bytes: with fewer, what lies behind them in memory is written too."
	}
	return f
}
