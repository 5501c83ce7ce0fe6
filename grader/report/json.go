package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
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
	MaxHidden  float64  `json:"max_hidden,omitempty"`
	DurationMS int64    `json:"duration_ms"`
	Seed       uint64   `json:"seed"`
	Message    string   `json:"message,omitempty"`
	Help       string   `json:"help,omitempty"`
	Diagnosis  string   `json:"diagnosis,omitempty"`
	Log        string   `json:"log,omitempty"`
	Advice     []advice `json:"advice,omitempty"`
	Checks     []check  `json:"checks"`
	Origin     *origin  `json:"origin,omitempty"`
}

type origin struct {
	Path           string `json:"path,omitempty"`
	Tool           string `json:"tool,omitempty"`
	ToolHash       string `json:"tool_hash,omitempty"`
	ExerciseHash   string `json:"exercise_hash,omitempty"`
	SubmissionHash string `json:"submission_hash,omitempty"`
	KernelHash     string `json:"kernel_hash,omitempty"`
}

type advice struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Line    string `json:"line,omitempty"`
}

type check struct {
	Name       string  `json:"name"`
	Status     string  `json:"status"`
	Hidden     bool    `json:"hidden,omitempty"`
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

// The statuses of the document's form; see [grader.Status].
var (
	statuses = []grader.Status{
		grader.StatusInfraError, grader.StatusBuildError, grader.StatusLoadError, grader.StatusAttachError,
		grader.StatusTimeout, grader.StatusCrash, grader.StatusFail, grader.StatusPass,
	}
	checkStatuses = []grader.Status{grader.StatusPass, grader.StatusFail, grader.StatusSkip, grader.StatusError}
)

// known fails for a result with a status that the document's form does not
// have.
func known(r *grader.Result) error {
	if !slices.Contains(statuses, r.Status) {
		return fmt.Errorf("submission %q: unknown status %q", r.Submission, r.Status)
	}
	for _, c := range r.Checks {
		if !slices.Contains(checkStatuses, c.Status) {
			return fmt.Errorf("submission %q: check %q: unknown status %q", r.Submission, c.Name, c.Status)
		}
	}
	return nil
}

// JSON writes one document, version 1; see [Schema]. Tool names the program
// and its version. A result without a score has none in the document. Nothing
// is written when a result has an unknown status or a score that is no number.
func JSON(w io.Writer, tool string, results []*grader.Result) error {
	doc := document{Version: version, Tool: tool, Results: []result{}}
	for _, r := range results {
		if err := known(r); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		doc.Results = append(doc.Results, toResult(r))
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(doc); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func toResult(r *grader.Result) result {
	out := result{
		Submission: r.Submission,
		Exercise:   r.Exercise,
		Kernel:     r.Kernel,
		Backend:    r.Backend,
		Status:     string(r.Status),
		MaxScore:   r.MaxScore,
		MaxHidden:  r.MaxHidden,
		DurationMS: r.Duration.Milliseconds(),
		Seed:       r.Seed,
		Message:    r.Message,
		Help:       r.Help,
		Diagnosis:  r.Diagnosis,
		Log:        r.Log,
		Checks:     []check{},
	}
	if r.Graded() {
		out.Score = &r.Score
	}
	if r.Origin != (grader.Origin{}) {
		from := origin(r.Origin)
		out.Origin = &from
	}
	for _, a := range r.Advice {
		out.Advice = append(out.Advice, advice(a))
	}
	for _, c := range r.Checks {
		out.Checks = append(out.Checks, check{
			Name:       c.Name,
			Status:     string(c.Status),
			Hidden:     c.Hidden,
			Score:      c.Score,
			MaxScore:   c.MaxScore,
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

// ReadJSON reads a document that [JSON] wrote, and refuses anything else.
// Durations come back in whole milliseconds.
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
	if _, err := decoder.Token(); err != io.EOF {
		return "", nil, errors.New("read report: something follows the document")
	}
	for _, r := range doc.Results {
		out := fromResult(r)
		if err := known(out); err != nil {
			return "", nil, fmt.Errorf("read report: %w", err)
		}
		if out.Graded() != (r.Score != nil) {
			return "", nil, fmt.Errorf("read report: submission %q: a score is missing, or one too many", r.Submission)
		}
		results = append(results, out)
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
		MaxHidden:  r.MaxHidden,
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
	if r.Origin != nil {
		out.Origin = grader.Origin(*r.Origin)
	}
	for _, a := range r.Advice {
		out.Advice = append(out.Advice, grader.Advice(a))
	}
	for _, c := range r.Checks {
		out.Checks = append(out.Checks, grader.CheckResult{
			Name:      c.Name,
			Status:    grader.Status(c.Status),
			Hidden:    c.Hidden,
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
