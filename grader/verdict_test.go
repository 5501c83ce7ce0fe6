package grader

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestCrashHelp(t *testing.T) {
	for reason, help := range map[string]string{
		"Kernel panic - not syncing: System is deadlocked on memory":             "max_entries",
		"Kernel panic - not syncing: Out of memory: compulsory panic_on_oom":     "max_entries",
		"rcu: INFO: rcu_preempt self-detected stall on CPU":                      "bpf_loop",
		"watchdog: BUG: soft lockup - CPU#0 stuck for 22s!":                      "bpf_loop",
		"BUG: kernel NULL pointer dereference, address: 0000000000000008":        "",
		"Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000": "",
	} {
		got := crashHelp(reason)
		assert.Contains(t, got, help, reason)
		assert.Equal(t, help == "", got == "", reason)
	}
}

func TestLateVerdict(t *testing.T) {
	assert.Equal(t, busy, lateVerdict(&object.Object{}).help)
	assert.Equal(t, noSignals, lateVerdict(signalling()).help)
}

// What is not certainly the submission's fault is the grader's.
func TestErrorsBecomeVerdicts(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want verdict
	}{
		"nothing to open": {
			&submission.Error{Path: "/x", Reason: "It is empty.", Help: "Fill it."},
			verdict{status: StatusBuildError, message: "It is empty.", help: "Fill it."},
		},
		"a compiler's error": {
			&submission.BuildError{File: "prog.bpf.c", Line: 3, Column: 4, Message: "expected ';'", Log: "log", Diagnosis: "compile-error"},
			verdict{status: StatusBuildError, message: "prog.bpf.c:3:4: expected ';'", diagnosis: "compile-error", line: "prog.bpf.c:3", log: "log"},
		},
		"a compiler without end": {
			&submission.BuildError{TimedOut: true, Message: "the compiler was not done after 20s of processor time"},
			verdict{status: StatusBuildError, message: "the compiler was not done after 20s of processor time"},
		},
		"no object": {
			&object.Error{Reason: "The object file is damaged.", Help: "Build it again.", Diagnosis: "no-program"},
			verdict{status: StatusLoadError, message: "The object file is damaged.", help: "Build it again.", diagnosis: "no-program"},
		},
		"a crash": {
			&testbed.CrashError{Reason: "Oops", Console: "Oops\nRIP: 0"},
			verdict{status: StatusCrash, message: "The kernel did not survive the submission: Oops.", log: "Oops\nRIP: 0"},
		},
		"a deadline":    {context.DeadlineExceeded, verdict{status: StatusInfraError, message: "wrapped: context deadline exceeded"}},
		"a file":        {os.ErrNotExist, verdict{status: StatusInfraError, message: "wrapped: file does not exist"}},
		"no permission": {os.ErrPermission, verdict{status: StatusInfraError, message: "wrapped: permission denied"}},
		"not supported": {testbed.ErrNotSupported, verdict{status: StatusInfraError, message: "wrapped: not supported here"}},
		"anything":      {errors.New("boom"), verdict{status: StatusInfraError, message: "wrapped: boom"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, *toVerdict(fmt.Errorf("wrapped: %w", test.err)))
		})
	}
}
