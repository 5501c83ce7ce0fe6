// Package execcounter is the exercise exec-counter: a counter shared through a
// map.
package execcounter

import (
	"embed"
	"fmt"
	"slices"

	"github.com/bpfgrade/bpfgrade/exercises/internal/calls"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "exec-counter",
	Title: "A counter shared through a map",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureTracepoints, testbed.FeatureKprobes,
		testbed.FeatureFentry, testbed.FeaturePrintk, testbed.FeatureTwoCPUs,
	},
	Checks: []grader.Check{
		calls.HasCounter(1),
		{
			Name:   "counts successful calls",
			Points: 3,
			After:  []string{calls.CounterMap},
			Run: func(t *grader.T) {
				steps := t.DrawExecs(testbed.ExecSuccess, 3, 9)
				calls.Counted(t, steps, grader.Calls(steps), calls.Successful)
				calls.Added(t, t.DrawExecs(testbed.ExecSuccess, 2, 4))
			},
		},
		{
			Name:   "counts failing calls",
			Points: 2,
			After:  []string{calls.CounterMap},
			Run: func(t *grader.T) {
				steps := t.DrawExecs(testbed.ExecFailure, 3, 12)
				calls.Counted(t, steps, grader.Calls(steps), calls.Failing)
			},
		},
		{
			Name:   "ignores execveat",
			Points: 1,
			After:  []string{calls.CounterMap, "counts successful calls"},
			Run: func(t *grader.T) {
				steps := t.DrawExecs(testbed.ExecveatSuccess, 2, 4)
				steps = append(steps, t.DrawExecs(testbed.ExecveatFailure, 2, 6)...)
				calls.Counted(t, steps, 0, calls.Execveat)
			},
		},
		{
			Name:   "prints every call",
			Points: 3,
			After:  []string{calls.CounterMap},
			Run:    printsEveryCall,
		},
	},
	Hints: []string{
		"The kernel passes the same place at the start of every execve, whether it succeeds or not. Which tracepoint of the group syscalls is that?",
		"An ARRAY map exists with all elements zero from the start: look up element 0, check the pointer, add one through it.",
		"bpf_printk(\"execve called %llu times\", value) prints one line; read the value after adding.",
		"The hook is SEC(\"tracepoint/syscalls/sys_enter_execve\").",
	},
}

// printsEveryCall wants one line for each call, with the new value, and none
// for anything else.
func printsEveryCall(t *grader.T) {
	// From a number that no count of the program's own can have.
	t.Map("counter").Set(0, 1000+t.Rand.Uint64N(1_000_000))
	for _, kind := range []testbed.ExecKind{testbed.ExecSuccess, testbed.ExecFailure} {
		printsCalls(t, t.DrawExecs(kind, 2, 5))
	}
	printsOnlyCounted(t, append(t.DrawExecs(testbed.ExecveatSuccess, 1, 3), t.DrawExecs(testbed.ExecveatFailure, 1, 3)...))
}

func printsCalls(t *grader.T, steps []testbed.ExecStep) {
	t.Trace()
	before := t.Map("counter").Uint64(0)
	t.Exec(steps...)
	trace := t.Trace()

	var want []string
	for n := range grader.Calls(steps) {
		want = append(want, fmt.Sprintf("execve called %d times", before+uint64(n)+1))
	}
	var got []string
	for _, line := range trace.Lines {
		got = append(got, line.Text)
	}
	if trace.Lost > 0 || trace.Truncated {
		t.Fail(grader.Failure{
			Expected: lines(len(want)),
			Actual:   fmt.Sprintf("so many lines that the trace buffer overflowed (%d read, %d lost)", len(got), trace.Lost),
			Message:  "The program prints far more than one line a call.",
			Help:     "Is its hook passed by other things than execve?",
		})
	}
	if len(got) != len(want) {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("%s for %d calls", lines(len(want)), len(want)),
			Actual:   lines(len(got)),
			Message:  fmt.Sprintf("A %s was made %d times, and the program printed %s.", steps[0].Kind, len(want), lines(len(got))),
			Help:     "bpf_printk is called once each time the counter goes up, and nowhere else.",
		})
	}
	if !slices.Equal(got, want) {
		i := 0
		for got[i] == want[i] {
			i++
		}
		t.Fail(grader.Failure{
			Expected: want[i],
			Actual:   got[i],
			Message:  fmt.Sprintf("Line %d of %d is not what was asked for.", i+1, len(want)),
			Help:     "The line is \"execve called N times\", where N is the counter after this call was added.",
		})
	}
}

// printsOnlyCounted makes calls of execveat, for which nothing is printed. A
// program that counts them has failed another check for it.
func printsOnlyCounted(t *grader.T, steps []testbed.ExecStep) {
	counter := t.Map("counter")
	t.Trace()
	before := counter.Uint64(0)
	t.Exec(steps...)
	trace := t.Trace()
	counted := counter.Uint64(0) - before
	if got := uint64(len(trace.Lines)) + trace.Lost; got != counted {
		t.Fail(grader.Failure{
			Expected: "no line",
			Actual:   lines(int(got)),
			Message:  fmt.Sprintf("An execveat was made %d times, the counter went up by %d, and the program printed %s.", grader.Calls(steps), counted, lines(int(got))),
			Help:     "bpf_printk is called once each time the counter goes up, and nowhere else.",
		})
	}
}

func lines(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}
