package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	_ "embed"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Schema is the JSON Schema of the documents that [JSON] writes.
//
//go:embed schema.json
var Schema []byte

// version is that of the document's form.
const version = 1

type document struct {
	Version int      `json:"version"`
	Tool    string   `json:"tool"`
	Results []result `json:"results"`
}

type result struct {
	Submission string   `json:"submission"`
	Exercise   string   `json:"exercise"`
	Kernel     string   `json:"kernel"`
	Backend    string   `json:"backend"`
	Status     string   `json:"status"`
	Score      *float64 `json:"score,omitempty"`
	MaxScore   float64  `json:"max_score"`
	DurationMS int64    `json:"duration_ms"`
	Seed       uint64   `json:"seed"`
	Message    string   `json:"message,omitempty"`
	Help       string   `json:"help,omitempty"`
	Diagnosis  string   `json:"diagnosis,omitempty"`
	Log        string   `json:"log,omitempty"`
	Advice     []advice `json:"advice,omitempty"`
	Checks     []check  `json:"checks"`
}

type advice struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Line    string `json:"line,omitempty"`
}

type check struct {
	Name       string  `json:"name"`
	Status     string  `json:"status"`
	Score      float64 `json:"score"`
	MaxScore   float64 `json:"max_score"`
	Expected   string  `json:"expected,omitempty"`
	Actual     string  `json:"actual,omitempty"`
	Message    string  `json:"message,omitempty"`
	Help       string  `json:"help,omitempty"`
	Diagnosis  string  `json:"diagnosis,omitempty"`
	Output     string  `json:"output,omitempty"`
	DurationMS int64   `json:"duration_ms"`
}

// JSON writes one document, version 1; see [Schema]. Tool names the program
// and its version. A result without a score has none in the document.
func JSON(w io.Writer, tool string, results []*grader.Result) error {
	doc := document{Version: version, Tool: tool, Results: []result{}}
	for _, r := range results {
		doc.Results = append(doc.Results, toResult(r))
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(doc)
}

func toResult(r *grader.Result) result {
	out := result{
		Submission: r.Submission,
		Exercise:   r.Exercise,
		Kernel:     r.Kernel,
		Backend:    r.Backend,
		Status:     string(r.Status),
		MaxScore:   points(r.MaxScore),
		DurationMS: r.Duration.Milliseconds(),
		Seed:       r.Seed,
		Message:    r.Message,
		Help:       r.Help,
		Diagnosis:  r.Diagnosis,
		Log:        r.Log,
		Checks:     []check{},
	}
	if r.Graded() {
		score := points(r.Score)
		out.Score = &score
	}
	for _, a := range r.Advice {
		out.Advice = append(out.Advice, advice(a))
	}
	for _, c := range r.Checks {
		out.Checks = append(out.Checks, check{
			Name:       c.Name,
			Status:     string(c.Status),
			Score:      points(c.Score),
			MaxScore:   points(c.MaxScore),
			Expected:   c.Expected,
			Actual:     c.Actual,
			Message:    c.Message,
			Help:       c.Help,
			Diagnosis:  c.Diagnosis,
			Output:     c.Output,
			DurationMS: c.Duration.Milliseconds(),
		})
	}
	return out
}

// points rounds to hundredths, so that sums of parts read well.
func points(p float64) float64 { return math.Round(p*100) / 100 }

// ReadJSON reads a document that [JSON] wrote. Durations come back in whole
// milliseconds.
func ReadJSON(r io.Reader) (tool string, results []*grader.Result, err error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	var doc document
	if err := decoder.Decode(&doc); err != nil {
		return "", nil, fmt.Errorf("read report: %w", err)
	}
	if doc.Version != version {
		return "", nil, fmt.Errorf("read report: version %d, not %d", doc.Version, version)
	}
	for _, r := range doc.Results {
		results = append(results, fromResult(r))
	}
	return doc.Tool, results, nil
}

func fromResult(r result) *grader.Result {
	out := &grader.Result{
		Submission: r.Submission,
		Exercise:   r.Exercise,
		Kernel:     r.Kernel,
		Backend:    r.Backend,
		Status:     grader.Status(r.Status),
		MaxScore:   r.MaxScore,
		Duration:   time.Duration(r.DurationMS) * time.Millisecond,
		Seed:       r.Seed,
		Message:    r.Message,
		Help:       r.Help,
		Diagnosis:  r.Diagnosis,
		Log:        r.Log,
	}
	if r.Score != nil {
		out.Score = *r.Score
	}
	for _, a := range r.Advice {
		out.Advice = append(out.Advice, grader.Advice(a))
	}
	for _, c := range r.Checks {
		out.Checks = append(out.Checks, grader.CheckResult{
			Name:      c.Name,
			Status:    grader.Status(c.Status),
			Score:     c.Score,
			MaxScore:  c.MaxScore,
			Expected:  c.Expected,
			Actual:    c.Actual,
			Message:   c.Message,
			Help:      c.Help,
			Diagnosis: c.Diagnosis,
			Output:    c.Output,
			Duration:  time.Duration(c.DurationMS) * time.Millisecond,
		})
	}
	return out
}
