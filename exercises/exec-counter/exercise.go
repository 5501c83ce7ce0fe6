// Package execcounter is the exercise exec-counter: a counter shared through a
// map.
package execcounter

import (
	"embed"

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
	Events: []testbed.Event{testbed.EventExec},
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
			Run:    func(t *grader.T) { calls.CountsFailing(t, 3, 12) },
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
			Run:    calls.PrintsEvery,
		},
	},
	Hints: []string{
		"The kernel passes the same place at the start of every execve, whether it succeeds or not. Which tracepoint of the group syscalls is that?",
		"An ARRAY map exists with all elements zero from the start: look up element 0, check the pointer, add one through it.",
		"bpf_printk(\"execve called %llu times\", value) prints one line; read the value after adding.",
		"The hook is SEC(\"tracepoint/syscalls/sys_enter_execve\").",
	},
}
