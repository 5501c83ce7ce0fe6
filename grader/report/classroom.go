package report

import (
	"encoding/base64"
	"encoding/json"
	"io"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// classroomResult is what a runner of GitHub Classroom tells the reporter.
type classroomResult struct {
	Version  int             `json:"version"`
	Status   string          `json:"status"`
	MaxScore float64         `json:"max_score"`
	Tests    []classroomTest `json:"tests"`
}

type classroomTest struct {
	Name     string  `json:"name"`
	Status   string  `json:"status"`
	Message  string  `json:"message"`
	TestCode string  `json:"test_code"`
	Filename string  `json:"filename"`
	LineNo   int     `json:"line_no"`
	Duration int64   `json:"duration"` // milliseconds
	Score    float64 `json:"score"`
}

// Classroom writes the result of a runner of GitHub Classroom in base64, on one
// line: the reporter takes it from an environment variable. In one place the
// reporter adds up the tests' scores, in another it counts the tests that pass,
// so there is a test for each check only where both come to the same: where all
// checks are worth the same and none has a part of its points. Otherwise there
// is one test, with all that there is to say.
func Classroom(w io.Writer, _ string, r *grader.Result) error {
	out := classroomResult{Version: 1, Status: platformStatus(r), MaxScore: r.MaxScore}
	if equalWeights(r) {
		for _, c := range r.Checks {
			out.Tests = append(out.Tests, classroomTest{
				Name: plain.Line(c.Name), Status: checkStatus(c), Message: printable(reasons(c)),
				Duration: c.Duration.Milliseconds(), Score: c.Score,
			})
		}
	} else {
		out.Tests = []classroomTest{{
			Name: plain.Line(r.Exercise), Status: out.Status, Message: printable(joined(everything(r)...)),
			Duration: r.Duration.Milliseconds(), Score: r.Score,
		}}
	}
	document, err := json.Marshal(out)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, base64.StdEncoding.EncodeToString(document)+"\n")
	return err
}

// equalWeights tells whether all checks are worth the same, and each has all of
// it or nothing.
func equalWeights(r *grader.Result) bool {
	for _, c := range r.Checks {
		if c.MaxScore != r.Checks[0].MaxScore || c.Score != 0 && c.Score != c.MaxScore {
			return false
		}
	}
	return len(r.Checks) > 0 && (r.Status == grader.StatusPass || r.Status == grader.StatusFail)
}

// everything are the texts about a submission and about the checks that did not
// pass.
func everything(r *grader.Result) []string {
	texts := told(r)
	for _, c := range r.Checks {
		if c.Status != grader.StatusPass {
			texts = append(texts, c.Name+" ("+score(c)+")", reasons(c))
		}
	}
	return texts
}

// platformStatus is pass, fail or error; error is the grader's fault.
func platformStatus(r *grader.Result) string {
	switch {
	case !r.Graded():
		return "error"
	case r.Status == grader.StatusPass:
		return "pass"
	}
	return "fail"
}

// checkStatus is pass, fail or error.
func checkStatus(c grader.CheckResult) string {
	switch c.Status {
	case grader.StatusPass:
		return "pass"
	case grader.StatusError:
		return "error"
	}
	return "fail"
}
