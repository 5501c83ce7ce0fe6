package grader

import (
	"context"
	"errors"
	"fmt"

	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// verdict ends the grading of a submission before all checks ran to their end.
type verdict struct {
	status    Status
	message   string
	help      string
	diagnosis string
	log       string
}

func (v *verdict) Error() string { return v.message }

// end makes the verdict that of the submission. No check counts.
func (v *verdict) end(r *Result) {
	r.Status = v.status
	r.Message, r.Help = bounded(v.message, maxText), bounded(v.help, maxText)
	r.Diagnosis, r.Log = v.diagnosis, v.log
	for i := range r.Checks {
		r.Checks[i].Score = 0
	}
}

// endCheck makes the verdict that of the check during which it came.
func (v *verdict) endCheck(r *CheckResult) {
	r.Status = StatusFail
	if v.status == StatusInfraError {
		r.Status = StatusError
	}
	r.Message, r.Help = bounded(v.message, maxText), bounded(v.help, maxText)
}

// maxText bounds what a verdict says in one place, in bytes: names and messages
// in it may be the submission's.
const maxText = 2000

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
	}
	return &verdict{status: StatusInfraError, message: err.Error()}
}

// notTheirs is the verdict on an error that came before the submission was in
// the kernel.
func notTheirs(operation string, err error) *verdict {
	return &verdict{status: StatusInfraError, message: fmt.Sprintf("%s: %v", operation, err)}
}

// refusal makes a verdict of an explanation.
func refusal(status Status, e explain.Explanation) *verdict {
	return &verdict{status: status, message: e.Message, help: e.Help, diagnosis: e.Diagnosis, log: e.Log}
}

// outOfTime tells whether err came because the time of ctx was over, and not
// for a shorter deadline of something else.
func outOfTime(ctx context.Context, err error) bool {
	return errors.Is(err, context.DeadlineExceeded) && errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// lateVerdict is that on a submission whose time was over during a check.
func lateVerdict() *verdict {
	return &verdict{
		status:  StatusTimeout,
		message: "The submission was not through its checks in time.",
		help:    busy,
	}
}

const busy = "Look for a program that does very much, or prints very much, at a hook that is hit very often."
