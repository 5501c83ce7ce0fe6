package grader

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
	// line is Result.Line.
	line         string
	log, fullLog string
}

func (v *verdict) Error() string { return v.message }

// end makes the verdict that of the submission. No check counts.
func (v *verdict) end(r *Result) {
	r.Status = v.status
	r.Message, r.Help = bounded(v.message, maxText), bounded(v.help, maxText)
	r.Diagnosis, r.Line = v.diagnosis, v.line
	r.Log, r.FullLog = v.log, v.fullLog
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

// maxLog bounds what a verdict quotes of a console, in bytes.
const maxLog = 16 << 10

// toVerdict says what an error means for the submission. What is not certainly
// the submission's fault is the grader's.
func toVerdict(err error) *verdict {
	var (
		own     *verdict
		opening *submission.Error
		build   *submission.BuildError
		parse   *object.Error
		crash   *testbed.CrashError
		broken  *testbed.ComplaintError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &opening):
		return &verdict{status: StatusBuildError, message: opening.Reason, help: opening.Help}
	case errors.As(err, &build):
		return buildVerdict(build)
	case errors.As(err, &parse):
		return &verdict{status: StatusLoadError, message: parse.Reason, help: parse.Help, diagnosis: parse.Diagnosis}
	case errors.As(err, &crash):
		return &verdict{
			status:  StatusCrash,
			message: "The kernel did not survive the submission: " + crash.Reason + ".",
			help:    crashHelp(crash.Reason),
			log:     bounded(crash.Console, maxLog),
		}
	case errors.As(err, &broken):
		return &verdict{status: StatusInfraError, message: err.Error(), log: bounded(broken.Console, maxLog)}
	}
	return &verdict{status: StatusInfraError, message: err.Error()}
}

// buildVerdict is that on a source that does not build.
func buildVerdict(e *submission.BuildError) *verdict {
	v := &verdict{status: StatusBuildError, message: e.Error(), diagnosis: e.Diagnosis, log: e.Log}
	if e.File != "" {
		v.line = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	return v
}

// crashHelp says what a program can have done, where the kernel's last words
// tell.
func crashHelp(reason string) string {
	switch {
	case strings.Contains(reason, "on memory"), strings.Contains(strings.ToLower(reason), "out of memory"):
		return "The kernel had no memory left. Look at max_entries and the sizes of keys and values of the maps, at records and elements that the program makes without end, and at very many branches, which the verifier keeps in mind."
	case strings.Contains(reason, "stall"), strings.Contains(reason, "LOCKUP"), strings.Contains(reason, "lockup"):
		return "A processor was busy with one thing for many seconds. Look for loops with very many rounds, such as bpf_loop within bpf_loop."
	}
	return ""
}

// notTheirs is the verdict on an error that came before the submission was in
// the kernel.
func notTheirs(operation string, err error) *verdict {
	return &verdict{status: StatusInfraError, message: fmt.Sprintf("%s: %v", operation, err)}
}

// refusal makes a verdict of an explanation.
func refusal(status Status, e explain.Explanation) *verdict {
	return &verdict{
		status: status, message: e.Message, help: e.Help, diagnosis: e.Diagnosis,
		line: e.Line, log: e.Log, fullLog: e.FullLog,
	}
}

// refused tells whether err is the verdict on an object that the kernel did not
// take or did not attach.
func refused(err error) bool {
	var v *verdict
	return errors.As(err, &v) && (v.status == StatusLoadError || v.status == StatusAttachError)
}

// outOfTime tells whether err came because the time of ctx was over, and not
// for a shorter deadline of something else.
func outOfTime(ctx context.Context, err error) bool {
	return errors.Is(err, context.DeadlineExceeded) && errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// lateVerdict is that on a submission whose time was over during a check.
func lateVerdict(obj *object.Object) *verdict {
	v := &verdict{
		status:  StatusTimeout,
		message: "The submission was not through its checks in time.",
		help:    busy,
	}
	if sendsSignals(obj) {
		v.help = noSignals
	}
	return v
}

const busy = "Look for a program that does very much, or prints very much, at a hook that is hit very often."
