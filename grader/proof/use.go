package proof

import (
	"slices"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Use is what a check is good for: the rejected submissions that it catches, by
// their names.
type Use struct {
	Check grader.Check
	// FailedBy are those that fail it.
	FailedBy []string
	// Only are those that pass all other checks: without this one they would
	// have full marks.
	Only []string
	// First are those that fail no other check, but only because others come
	// after this one and were skipped: what these would say is not known.
	First []string
}

// Redundant tells whether all that the check catches is caught by other checks
// as well.
func (u Use) Redundant() bool { return len(u.FailedBy) > 0 && len(u.Only)+len(u.First) == 0 }

// Uses are the uses of the exercise's checks, in their order. A submission
// counts for what it does in every repetition.
func (r *Record) Uses() []Use {
	uses := make([]Use, len(r.Exercise.Checks))
	for i, check := range r.Exercise.Checks {
		uses[i].Check = check
		for n, c := range r.Cases {
			if c.Kind != Rejected || len(r.Results[n]) == 0 {
				continue
			}
			all := func(holds func(*grader.Result) bool) bool {
				return !slices.ContainsFunc(r.Results[n], func(result *grader.Result) bool { return !holds(result) })
			}
			if !all(func(result *grader.Result) bool { return fails(result, i) }) {
				continue
			}
			uses[i].FailedBy = append(uses[i].FailedBy, c.Name)
			switch {
			case all(func(result *grader.Result) bool { return othersAre(result, i, grader.StatusPass) }):
				uses[i].Only = append(uses[i].Only, c.Name)
			case all(func(result *grader.Result) bool { return othersAre(result, i, grader.StatusPass, grader.StatusSkip) }):
				uses[i].First = append(uses[i].First, c.Name)
			}
		}
	}
	return uses
}

// fails tells whether a result with a score has failed check i.
func fails(r *grader.Result, i int) bool {
	return r.Status == grader.StatusFail && i < len(r.Checks) && r.Checks[i].Status == grader.StatusFail
}

// othersAre tells whether all checks but i have one of some statuses.
func othersAre(r *grader.Result, i int, statuses ...grader.Status) bool {
	for n, check := range r.Checks {
		if n != i && !slices.Contains(statuses, check.Status) {
			return false
		}
	}
	return true
}
