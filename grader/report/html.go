package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// page holds the page, its style and its script, which are put together in one
// file.
//
//go:embed page
var page embed.FS

// HTML writes one page for a class: a heat map of submissions by checks, the
// spread of marks, the most common mistakes, and each submission's detail. It
// needs no network, and its policy allows none: nothing in a submission can run.
// The script puts what comes from a submission into the page as text.
func HTML(w io.Writer, tool string, results []*grader.Result) error {
	// What json.Marshal writes has no <, > and &, so it ends no element.
	data, err := json.Marshal(pageOf(tool, results))
	if err != nil {
		return err
	}
	var parts [3]string
	for i, name := range []string{"page/page.html", "page/page.css", "page/page.js"} {
		text, err := page.ReadFile(name)
		if err != nil {
			return err
		}
		parts[i] = string(text)
	}
	html, style, script := parts[0], parts[1], parts[2]
	policy := fmt.Sprintf("default-src 'none'; img-src data:; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		policyHash(style), policyHash(script))
	for _, part := range []struct{ mark, text string }{
		{"{{policy}}", policy}, {"{{style}}", style}, {"{{data}}", string(data)}, {"{{script}}", script},
	} {
		before, after, _ := strings.Cut(html, part.mark)
		if _, err := io.WriteString(w, before+part.text); err != nil {
			return err
		}
		html = after
	}
	_, err = io.WriteString(w, html)
	return err
}

// policyHash is how a Content-Security-Policy names a text that is allowed.
func policyHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// pageData is what the script reads.
type pageData struct {
	Tool    string       `json:"tool"`
	Results []pageResult `json:"results"`
}

type pageResult struct {
	Name      string      `json:"name"`
	Exercise  string      `json:"exercise"`
	Kernel    string      `json:"kernel"`
	Status    string      `json:"status"`
	Score     *float64    `json:"score"` // null where there is none
	Max       float64     `json:"max"`
	Seconds   float64     `json:"seconds"`
	Seed      string      `json:"seed"` // a number that JavaScript would round
	Message   string      `json:"message"`
	Help      string      `json:"help"`
	Diagnosis string      `json:"diagnosis"`
	Log       string      `json:"log"`
	Advice    []string    `json:"advice"`
	Checks    []pageCheck `json:"checks"`
}

type pageCheck struct {
	Name      string  `json:"name"`
	Status    string  `json:"status"`
	Hidden    bool    `json:"hidden"`
	Score     float64 `json:"score"`
	Max       float64 `json:"max"`
	Message   string  `json:"message"`
	Help      string  `json:"help"`
	Expected  string  `json:"expected"`
	Actual    string  `json:"actual"`
	Diagnosis string  `json:"diagnosis"`
	Output    string  `json:"output"`
}

func pageOf(tool string, results []*grader.Result) pageData {
	data := pageData{Tool: tool, Results: []pageResult{}}
	for _, r := range results {
		out := pageResult{
			Name: plain.Line(r.Submission), Exercise: plain.Line(r.Exercise), Kernel: plain.Line(r.Kernel),
			Status: string(r.Status), Max: r.MaxScore, Seconds: r.Duration.Seconds(), Seed: fmt.Sprint(r.Seed),
			Message: plain.Line(r.Message), Help: plain.Line(r.Help), Diagnosis: plain.Line(r.Diagnosis), Log: printable(r.Log),
			Checks: []pageCheck{},
		}
		if r.Graded() {
			out.Score = &r.Score
		}
		for _, a := range r.Advice {
			out.Advice = append(out.Advice, prose(a.Message+" "+a.Line))
		}
		for _, c := range r.Checks {
			out.Checks = append(out.Checks, pageCheck{
				Name: plain.Line(c.Name), Status: string(c.Status), Hidden: c.Hidden, Score: c.Score, Max: c.MaxScore,
				Message: plain.Line(c.Message), Help: plain.Line(c.Help), Expected: value(c.Expected), Actual: value(c.Actual),
				Diagnosis: plain.Line(c.Diagnosis), Output: printable(c.Output),
			})
		}
		data.Results = append(data.Results, out)
	}
	return data
}
