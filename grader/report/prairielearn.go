package report

import (
	"bytes"
	"io"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// prairieLearnResult is results.json of PrairieLearn's external grading.
type prairieLearnResult struct {
	Gradable     bool               `json:"gradable"`
	Score        float64            `json:"score"` // 0 to 1
	Message      string             `json:"message,omitempty"`
	Output       string             `json:"output,omitempty"`
	FormatErrors []string           `json:"format_errors,omitempty"`
	Tests        []prairieLearnTest `json:"tests,omitempty"`
}

type prairieLearnTest struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Points      float64 `json:"points"`
	MaxPoints   float64 `json:"max_points"`
	Message     string  `json:"message,omitempty"`
	Output      string  `json:"output,omitempty"`
}

// prairieLearnBytes is how long a document may be.
const prairieLearnBytes = 1 << 20

// PrairieLearn writes what an external grader of PrairieLearn leaves in
// results.json. What could not be built is not gradable there, and costs no
// attempt; what the grader failed on is not gradable either.
func PrairieLearn(w io.Writer, _ string, r *grader.Result) error {
	out := prairieLearnResult{
		Gradable: r.Graded() && r.Status != grader.StatusBuildError,
		Message:  cut(printable(joined(r.Message, labelled("look at: ", r.Help))), 4000),
		Output:   cut(printable(r.Log), 20_000),
	}
	switch {
	case out.Gradable && r.MaxScore > 0:
		out.Score = r.Score / r.MaxScore
	case r.Status == grader.StatusBuildError:
		out.FormatErrors = []string{plain.Line(r.Message)}
	}
	for _, c := range r.Checks {
		t := prairieLearnTest{Name: plain.Line(c.Name), Points: c.Score, MaxPoints: c.MaxScore}
		if c.Status != grader.StatusPass {
			t.Message, t.Output = printable(reasons(c)), printable(c.Output)
		}
		out.Tests = append(out.Tests, t)
	}
	var document bytes.Buffer
	if err := encode(&document, out); err != nil {
		return err
	}
	if document.Len() > prairieLearnBytes {
		for i := range out.Tests {
			out.Tests[i].Message, out.Tests[i].Output = cut(out.Tests[i].Message, 200), ""
		}
		document.Reset()
		if err := encode(&document, out); err != nil {
			return err
		}
	}
	_, err := document.WriteTo(w)
	return err
}
