package proof

import (
	"fmt"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Kind is the reason for which a submission is graded.
type Kind string

// The kinds of cases, named for the folders of submissions.
const (
	Starter  Kind = "starter"
	Accepted Kind = "accepted"
	Rejected Kind = "rejected"
	Junk     Kind = "junk"
)

// Case is a submission and what must come of it.
type Case struct {
	Kind Kind
	// Name is unique among those of a kind. The starter has none.
	Name string
	Path string
	// Want is what must come of an accepted or a rejected submission.
	Want Outcome
}

// Reject is the case of a rejected submission.
func Reject(name, path string, want Outcome) Case {
	return Case{Kind: Rejected, Name: name, Path: path, Want: want}
}

// String is the name of a case with its kind, such as "rejected/hash-map".
func (c Case) String() string {
	if c.Name == "" {
		return string(c.Kind)
	}
	return string(c.Kind) + "/" + c.Name
}

// Judge says in what a result is not what must come of the case. It is empty
// for a result as it must be. A result without a score proves nothing, so it is
// never as it must be.
func (c Case) Judge(r *grader.Result) []string {
	j := &judge{result: r}
	switch {
	case !r.Graded():
		j.say("it could not be graded: %s", r.Message)
	case c.Kind == Starter:
		if !slices.Contains(starterStatuses, r.Status) {
			j.say("the starter must build and must not pass, and its status is %s", j.status())
		}
	case c.Kind == Junk:
		if r.Status != grader.StatusBuildError && r.Status != grader.StatusLoadError {
			j.say("it is no submission and must be refused, and its status is %s", j.status())
		}
		j.reason()
	case c.Want.Status == grader.StatusPass:
		j.full()
	default:
		j.rejected(c.Want)
	}
	return j.problems
}

// starterStatuses are those that a starter may have.
var starterStatuses = []grader.Status{grader.StatusFail, grader.StatusLoadError, grader.StatusAttachError}

// judge collects what is wrong with a result.
type judge struct {
	result   *grader.Result
	problems []string
}

func (j *judge) say(format string, args ...any) {
	j.problems = append(j.problems, fmt.Sprintf(format, args...))
}

// status is the result's, with the reason that it gives.
func (j *judge) status() string {
	if j.result.Message == "" {
		return string(j.result.Status)
	}
	return fmt.Sprintf("%s (%s)", j.result.Status, j.result.Message)
}

// full wants full marks.
func (j *judge) full() {
	r := j.result
	if r.Status != grader.StatusPass || r.Score != r.MaxScore {
		j.say("it must have full marks, and has %v of %v: its status is %s", r.Score, r.MaxScore, j.status())
	}
}

// reason wants a submission that lost points to be told why.
func (j *judge) reason() {
	if j.result.Score >= j.result.MaxScore {
		j.say("it must lose points, and has %v of %v", j.result.Score, j.result.MaxScore)
	}
	if j.result.Message == "" {
		j.say("no reason is given to the student")
	}
}

func (j *judge) rejected(want Outcome) {
	r := j.result
	if r.Status != want.Status {
		j.say("its status must be %s, and is %s", want.Status, j.status())
	}
	j.reason()
	diagnosis, where := r.Diagnosis, ""
	if want.Check != "" {
		i := slices.IndexFunc(r.Checks, func(c grader.CheckResult) bool { return c.Name == want.Check })
		if i < 0 {
			j.say("the check %q must fail, and was not reached", want.Check)
			return
		}
		check := r.Checks[i]
		if check.Status != grader.StatusFail {
			j.say("the check %q must fail, and its status is %s", want.Check, check.Status)
		}
		diagnosis, where = check.Diagnosis, fmt.Sprintf(" of the check %q", want.Check)
	}
	switch {
	case want.Diagnosis == "" || want.Diagnosis == diagnosis:
	case diagnosis == "":
		j.say("the diagnosis%s must be %s, and there is none", where, want.Diagnosis)
	default:
		j.say("the diagnosis%s must be %s, and is %s", where, want.Diagnosis, diagnosis)
	}
}
