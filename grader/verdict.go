package grader

import (
	"context"
	"errors"

	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// toVerdict says what an error means for the submission. What is not certainly
// the submission's fault is the grader's.
func toVerdict(err error) *verdict {
	var (
		own     *verdict
		opening *submission.Error
		build   *submission.BuildError
		parse   *object.Error
		crash   *testbed.CrashError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &opening):
		return &verdict{status: StatusBuildError, message: opening.Reason, help: opening.Help}
	case errors.As(err, &build):
		return &verdict{status: StatusBuildError, message: build.Error(), diagnosis: build.Diagnosis, log: build.Log}
	case errors.As(err, &parse):
		return &verdict{status: StatusLoadError, message: parse.Reason, help: parse.Help, diagnosis: parse.Diagnosis}
	case errors.As(err, &crash):
		return &verdict{
			status:  StatusCrash,
			message: "The kernel did not survive the submission: " + crash.Reason + ".",
		}
	case errors.Is(err, context.DeadlineExceeded):
		return &verdict{
			status:  StatusTimeout,
			message: "The submission was not through its checks in time.",
			help:    "Look for a program that does very much, or prints very much, at a hook that is hit very often.",
		}
	}
	return &verdict{status: StatusInfraError, message: err.Error()}
}

// refusal makes a verdict of an explanation.
func refusal(status Status, e explain.Explanation) *verdict {
	return &verdict{status: status, message: e.Message, help: e.Help, diagnosis: e.Diagnosis, log: e.Log}
}
