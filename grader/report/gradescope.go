package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// gradescopeResult is results.json of a Gradescope autograder.
type gradescopeResult struct {
	Score            *float64         `json:"score,omitempty"`
	ExecutionTime    float64          `json:"execution_time"` // seconds
	Output           string           `json:"output"`
	OutputFormat     string           `json:"output_format"`
	Visibility       string           `json:"visibility"`
	StdoutVisibility string           `json:"stdout_visibility"`
	Tests            []gradescopeTest `json:"tests"`
}

type gradescopeTest struct {
	Score        float64  `json:"score"`
	MaxScore     float64  `json:"max_score"`
	Status       string   `json:"status"`
	Name         string   `json:"name"`
	Number       string   `json:"number"`
	Output       string   `json:"output"`
	OutputFormat string   `json:"output_format"`
	Tags         []string `json:"tags,omitempty"`
	Visibility   string   `json:"visibility"`
}

// Gradescope writes what a Gradescope autograder leaves in results.json. A
// hidden check counts there, and the platform keeps it from the student; with
// one it keeps the total as well. A result without a score has none in the
// document, and Gradescope refuses it.
func Gradescope(w io.Writer, _ string, r *grader.Result) error {
	seen := forStudent(r)
	out := gradescopeResult{
		ExecutionTime:    float64(r.Duration.Milliseconds()) / 1000,
		Output:           printable(joined(told(seen)...)),
		OutputFormat:     "text",
		Visibility:       "visible",
		StdoutVisibility: "hidden",
		Tests:            []gradescopeTest{},
	}
	if r.Graded() {
		out.Score = &r.Score
		for i, c := range r.Checks {
			out.Tests = append(out.Tests, gradescopeTestOf(i+1, c))
		}
	}
	return encode(w, out)
}

func gradescopeTestOf(number int, c grader.CheckResult) gradescopeTest {
	t := gradescopeTest{
		Score:        c.Score,
		MaxScore:     c.MaxScore,
		Status:       "failed",
		Name:         plain.Line(c.Name),
		Number:       fmt.Sprint(number),
		Output:       printable(joined(reasons(c), labelled("printed:\n", c.Output))),
		OutputFormat: "text",
		Visibility:   "visible",
	}
	if c.Status == grader.StatusPass {
		t.Status = "passed"
		t.Output = ""
	}
	if c.Hidden {
		t.Visibility = "hidden"
	}
	if c.Diagnosis != "" {
		t.Tags = []string{plain.Line(c.Diagnosis)}
	}
	return t
}

// told are the texts about a submission as a whole: its first reason, unless a
// check gives it, the log and the advice.
func told(r *grader.Result) []string {
	var texts []string
	if r.Message != "" && !saidByCheck(r) {
		texts = append(texts, r.Message, labelled("look at: ", r.Help), r.Log)
	}
	for _, a := range r.Advice {
		texts = append(texts, "advice: "+joined(a.Message, a.Line))
	}
	return texts
}

// encode writes a document of a platform's.
func encode(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	return encoder.Encode(document)
}
