package proof

import (
	"fmt"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Record is what came of the cases of an exercise on a kernel.
type Record struct {
	Exercise *grader.Exercise
	Kernel   string
	// Unsupported says why the exercise cannot be graded on the kernel; then
	// there is nothing else, and no failure either.
	Unsupported *grader.UnsupportedError
	Cases       []Case
	// Results holds those of each case, one for each repetition.
	Results [][]*grader.Result
}

// Failure is a reason why an exercise is not proved.
type Failure struct {
	Exercise, Kernel string
	// Submission, Repetition, which counts from 1, and Seed are those of the
	// result that is at fault, if it is one.
	Submission string
	Repetition int
	Seed       uint64
	// Infra tells that the grader failed, so that nothing is known.
	Infra  bool
	Reason string
}

// String is the failure on one line.
func (f Failure) String() string {
	var b strings.Builder
	b.WriteString(f.Exercise)
	if f.Kernel != "" {
		b.WriteString(" on " + f.Kernel)
	}
	if f.Submission != "" {
		fmt.Fprintf(&b, ", %s, repetition %d, seed %d", f.Submission, f.Repetition, f.Seed)
	}
	return b.String() + ": " + strings.Join(strings.Fields(f.Reason), " ")
}

// Failures are the reasons why the results do not prove the exercise. There are
// none when each is what must come of its case, none differs from one
// repetition to another, and every check is failed by a rejected submission.
func (r *Record) Failures() []Failure {
	if r.Unsupported != nil {
		return nil
	}
	var failures []Failure
	for i := range r.Cases {
		var first *grader.Result
		for n, result := range r.Results[i] {
			failures = append(failures, r.Wrong(i, n)...)
			switch {
			case !result.Graded():
			case first == nil:
				first = result
			default:
				failures = append(failures, r.failures(i, n, differences(first, result))...)
			}
		}
	}
	for _, use := range r.Uses() {
		if len(use.FailedBy) == 0 {
			failures = append(failures, Failure{
				Exercise: r.Exercise.Slug, Kernel: r.Kernel,
				Reason: fmt.Sprintf("no rejected submission fails the check %q", use.Check.Name),
			})
		}
	}
	return failures
}

// Wrong says in what a result is not what must come of its case: that with a
// number, from 0, of the case with a number.
func (r *Record) Wrong(i, n int) []Failure {
	return r.failures(i, n, r.Cases[i].Judge(r.Results[i][n]))
}

// failures are those of a result, for reasons.
func (r *Record) failures(i, n int, reasons []string) []Failure {
	result := r.Results[i][n]
	var failures []Failure
	for _, reason := range reasons {
		failures = append(failures, Failure{
			Exercise: r.Exercise.Slug, Kernel: r.Kernel, Submission: r.Cases[i].String(),
			Repetition: n + 1, Seed: result.Seed, Infra: !result.Graded(), Reason: reason,
		})
	}
	return failures
}

// differences says in what the marks of two results for a submission differ.
// They must not, whatever was drawn.
func differences(first, second *grader.Result) []string {
	seed := fmt.Sprintf("with the seed %d", first.Seed)
	if first.Status != second.Status {
		return []string{fmt.Sprintf("its status is %s, and was %s %s", second.Status, first.Status, seed)}
	}
	var reasons []string
	for i, check := range second.Checks {
		if i >= len(first.Checks) {
			break
		}
		was := first.Checks[i]
		if check.Status != was.Status || check.Score != was.Score {
			reasons = append(reasons, fmt.Sprintf("the mark of the check %q is %v (%s), and was %v (%s) %s",
				check.Name, check.Score, check.Status, was.Score, was.Status, seed))
		}
	}
	if len(first.Checks) != len(second.Checks) {
		reasons = append(reasons, fmt.Sprintf("it reached %d checks, and %d %s", len(second.Checks), len(first.Checks), seed))
	}
	return reasons
}

// Count is the number of cases of a kind.
func (r *Record) Count(kind Kind) int {
	n := 0
	for _, c := range r.Cases {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// Runs is the number of results.
func (r *Record) Runs() int {
	n := 0
	for _, results := range r.Results {
		n += len(results)
	}
	return n
}
