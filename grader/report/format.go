package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Format is a form in which results are written to files.
type Format struct {
	// Name is what a user calls it.
	Name string
	// File is the name of the file with all results or, for a format with a
	// file for each of them, what their names end with.
	File string
	// Folder is that of the files for each result; empty for one file.
	Folder string
	// Students tells that a document is for students: see [ForStudents].
	Students bool

	write func(w io.Writer, tool string, results []*grader.Result) error
}

// Formats are all that there are.
var Formats = []Format{
	{Name: "json", File: "results.json", write: JSON},
	{Name: "csv", File: "results.csv", write: withoutTool(CSV)},
	{Name: "junit", File: "junit.xml", write: withoutTool(JUnit)},
	{Name: "html", File: "report.html", write: HTML},
	{Name: "markdown", File: ".md", Folder: "feedback", Students: true, write: one(withoutTool(Markdown))},
	{Name: "summary", File: "summary.md", Students: true, write: withoutTool(Summary)},
	{Name: "gradescope", File: ".json", Folder: "gradescope", write: one(Gradescope)},
	{Name: "classroom", File: ".txt", Folder: "classroom", Students: true, write: one(Classroom)},
	{Name: "exercism", File: ".json", Folder: "exercism", Students: true, write: one(Exercism)},
	{Name: "prairielearn", File: ".json", Folder: "prairielearn", Students: true, write: one(PrairieLearn)},
}

// FormatNamed finds a format by its name.
func FormatNamed(name string) (Format, error) {
	var names []string
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("unknown format %q: there are %s", name, strings.Join(names, ", "))
}

// Each tells that a document is about one result.
func (f Format) Each() bool { return f.Folder != "" }

// Write writes one document. Tool names the program and its version. A document
// about one result is refused several, and nothing is written then.
func (f Format) Write(w io.Writer, tool string, results []*grader.Result) error {
	if f.Students {
		results = ForStudents(results)
	}
	if err := f.write(w, tool, results); err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	return nil
}

// one makes a writer of results of one for a single result.
func one(write func(io.Writer, string, *grader.Result) error) func(io.Writer, string, []*grader.Result) error {
	return func(w io.Writer, tool string, results []*grader.Result) error {
		if len(results) != 1 {
			return fmt.Errorf("a document is about one submission, not %d", len(results))
		}
		return write(w, tool, results[0])
	}
}

// withoutTool makes a writer of one that does not name the tool.
func withoutTool[R any](write func(io.Writer, R) error) func(io.Writer, string, R) error {
	return func(w io.Writer, _ string, results R) error { return write(w, results) }
}

// exercisesOf are the slugs in results, in their order.
func exercisesOf(results []*grader.Result) []string {
	var slugs []string
	for _, r := range results {
		if !slices.Contains(slugs, r.Exercise) {
			slugs = append(slugs, r.Exercise)
		}
	}
	return slugs
}
