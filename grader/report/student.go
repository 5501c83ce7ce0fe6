package report

import (
	"slices"

	"github.com/bpfgrade/bpfgrade/grader"
)

// ForStudents returns results as students may see them: without hidden checks
// and their points, without what the grader says of its own failures, and
// without the paths and hashes of the instructor's machine. Results in which
// there is nothing of the kind are as they were.
func ForStudents(results []*grader.Result) []*grader.Result {
	var seen []*grader.Result
	for _, r := range results {
		seen = append(seen, forStudent(r))
	}
	return seen
}

// notGraded is what a student is told of a failure of the grader's.
const (
	notGraded     = "The grader failed, and not the submission. It has no marks yet and will be graded again."
	notGradedHelp = "There is nothing to do for you."
)

func forStudent(r *grader.Result) *grader.Result {
	seen := *r
	seen.Origin = grader.Origin{}
	seen.MaxScore, seen.MaxHidden = r.MaxVisible(), 0
	hidden := func(c grader.CheckResult) bool { return c.Hidden }
	seen.Checks = slices.DeleteFunc(slices.Clone(r.Checks), hidden)
	switch {
	case !r.Graded():
		seen.Message, seen.Help, seen.Log = notGraded, notGradedHelp, ""
		for i, c := range seen.Checks {
			if c.Status == grader.StatusError {
				seen.Checks[i].Message, seen.Checks[i].Help = notGraded, ""
			}
		}
	case (r.Status == grader.StatusFail || r.Status == grader.StatusPass) && slices.ContainsFunc(r.Checks, hidden):
		seen.Conclude()
	}
	return &seen
}
