package report

import (
	"io"
	"unicode/utf8"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// exercismResult is results.json of an Exercism test runner, version 3.
type exercismResult struct {
	Version int            `json:"version"`
	Status  string         `json:"status"`
	Message string         `json:"message,omitempty"`
	Tests   []exercismTest `json:"tests"`
}

type exercismTest struct {
	Name     string `json:"name"`
	TestCode string `json:"test_code"`
	Status   string `json:"status"`
	Message  string `json:"message,omitempty"`
	Output   string `json:"output,omitempty"`
	TaskID   int    `json:"task_id"`
}

// What Exercism shows, in characters.
const (
	exercismMessage = 65535
	exercismOutput  = 500
)

// Exercism writes what an Exercism test runner leaves in results.json. A
// submission that never reached its checks is an error there, with the reason.
func Exercism(w io.Writer, _ string, r *grader.Result) error {
	out := exercismResult{Version: 3, Status: platformStatus(r), Tests: []exercismTest{}}
	if r.Status != grader.StatusPass && r.Status != grader.StatusFail {
		out.Status = "error"
		out.Message = cut(printable(joined(told(r)...)), exercismMessage)
	}
	for i, c := range r.Checks {
		t := exercismTest{Name: plain.Line(c.Name), TestCode: plain.Line(c.Name), Status: checkStatus(c), TaskID: i + 1}
		if c.Status != grader.StatusPass {
			t.Message = cut(printable(reasons(c)), exercismMessage)
		}
		t.Output = cut(printable(c.Output), exercismOutput)
		out.Tests = append(out.Tests, t)
	}
	return encode(w, out)
}

// cut bounds text to a number of characters.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
