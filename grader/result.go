package grader

import (
	"strings"
	"time"
)

// Status is the verdict on a check or on a submission.
type Status string

// The statuses of a check are StatusPass, StatusFail, StatusSkip and
// StatusError. A submission has the first of the others that applies, in the
// order in which they stand here; StatusFail and StatusPass come last.
const (
	// StatusInfraError says that the grader, not the student, is at fault:
	// there is no score at all.
	StatusInfraError Status = "infra_error"
	// StatusBuildError says that the submission could not be opened or built.
	StatusBuildError Status = "build_error"
	// StatusLoadError says that the loader or the kernel's verifier refused it.
	StatusLoadError Status = "load_error"
	// StatusAttachError says that a program could not be attached to its hook.
	StatusAttachError Status = "attach_error"
	// StatusTimeout says that the submission used up its time.
	StatusTimeout Status = "timeout"
	// StatusCrash says that the submission brought down its program or the
	// kernel it ran on.
	StatusCrash Status = "crash"
	StatusFail  Status = "fail"
	StatusPass  Status = "pass"

	// StatusSkip says that a check which this one depends on did not pass.
	StatusSkip Status = "skip"
	// StatusError says that the grader failed while it ran the check.
	StatusError Status = "error"
)

// Result is the verdict on one submission.
type Result struct {
	// Submission is the submission's name: its folder's or file's, without
	// the suffix of an archive.
	Submission string
	// Exercise is the slug of the exercise it was graded for.
	Exercise string
	// Kernel is the version of the kernel that graded, such as "6.12.117".
	Kernel string
	// Backend is "vm" or "local".
	Backend string
	Status  Status
	// Score is between 0 and MaxScore, in hundredths, the sum of the checks'
	// scores; a pass has MaxScore and nothing else has. It is 0 unless Status
	// is StatusFail or StatusPass, and means nothing when Status is
	// StatusInfraError.
	Score, MaxScore float64
	// MaxHidden is the part of MaxScore that hidden checks are worth.
	MaxHidden float64
	Duration  time.Duration
	// Seed repeats the workload that was drawn for this run.
	Seed uint64
	// Message is the first reason why the score is not full, in a sentence;
	// empty for a pass.
	Message string
	// Help says what to look at next; empty where there is nothing to say.
	Help string
	// Diagnosis is the id of the mistake, when one was recognised before any
	// check ran.
	Diagnosis string
	// Line is the line of source that Message is about, as "file:line", or
	// empty.
	Line string
	// Log holds the compiler's or the verifier's own words, shortened. FullLog
	// is all that the verifier said, for a person who wants to see it.
	Log, FullLog string
	Advice       []Advice
	// Checks are in the order of the exercise. It is empty when the
	// submission never reached them.
	Checks []CheckResult
	// Origin is what the result came from.
	Origin Origin
}

// Origin is what a result came from: the same, with the same seed, gives the
// same marks. The hashes are SHA-256 in hexadecimal; what is not known is empty.
type Origin struct {
	// Path is where the submission was.
	Path string
	// Tool is the program that graded, with its version.
	Tool string
	// ToolHash is that of the executable, ExerciseHash that of
	// [Exercise.Hash], SubmissionHash that of the submission's files,
	// KernelHash that of the kernel's image.
	ToolHash, ExerciseHash, SubmissionHash, KernelHash string
}

// Conclusive tells whether the result is the submission's own: grading it again
// would give the same marks. A time that was over, and a failure of the grader,
// may come from the machine.
func (r *Result) Conclusive() bool {
	return r.Status != StatusTimeout && r.Status != StatusInfraError
}

// Conclude adds up the checks, all of which ran to their end, and says why the
// score is not full.
func (r *Result) Conclude() {
	r.Status, r.Score, r.Message, r.Help = StatusPass, 0, "", ""
	for _, c := range r.Checks {
		r.Score = hundredths(r.Score + c.Score)
		if c.Status != StatusPass && r.Status == StatusPass {
			r.Status = StatusFail
			r.Message = strings.TrimSpace(c.Name + ": " + c.Message)
			r.Help = c.Help
		}
	}
}

// MaxVisible is the part of MaxScore that is not for hidden checks.
func (r *Result) MaxVisible() float64 { return hundredths(r.MaxScore - r.MaxHidden) }

// Graded tells whether the result carries a score.
func (r *Result) Graded() bool { return r.Status != StatusInfraError }

// Advice is a remark that costs no points.
type Advice struct {
	ID      string
	Message string
	// Line is "file:line", or empty.
	Line string
}

// CheckResult is the verdict on one check.
type CheckResult struct {
	Name   string
	Status Status
	// Hidden keeps the check from students; see [Check].
	Hidden bool
	// Score counts for nothing, and is 0, unless all checks ran to their end.
	Score, MaxScore float64
	// Expected and Actual are what was compared, as a person reads it.
	Expected, Actual string
	// Message says why the check failed, in a sentence.
	Message string
	// Help says what to look at next.
	Help string
	// Diagnosis is the id of the mistake, when one was recognised.
	Diagnosis string
	// Output is what the submission printed, MaxOutput bytes at most.
	Output   string
	Duration time.Duration
}

// MaxOutput bounds CheckResult.Output, in bytes.
const MaxOutput = 500
