package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// Markdown writes what a student is told: the marks, and for each check that
// did not pass why, and where to look. Whatever comes from the submission is
// text, and neither markup nor HTML.
func Markdown(w io.Writer, r *grader.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", escaped(r.Exercise), escaped(r.Submission))
	fmt.Fprintf(&b, "**%s**, %s, on Linux %s.\n", marksInWords(r), escaped(string(r.Status)), escaped(r.Kernel))
	if r.Message != "" && !saidByCheck(r) {
		fmt.Fprintf(&b, "\n%s\n", escaped(r.Message))
		if r.Help != "" {
			fmt.Fprintf(&b, "\n*Look at:* %s\n", escaped(r.Help))
		}
		fenced(&b, "", r.Log)
	}
	if len(r.Checks) > 0 {
		b.WriteString("\n## Checks\n\n")
	}
	for _, c := range r.Checks {
		symbol := symbols[c.Status]
		if c.Status == grader.StatusSkip {
			symbol = "–" // a hyphen would be a list of its own
		}
		fmt.Fprintf(&b, "- %s **%s** (%s)\n", symbol, escaped(c.Name), score(c))
		if c.Status == grader.StatusPass {
			continue
		}
		for _, line := range []struct{ label, text string }{
			{"", c.Message}, {"*Expected:* ", value(c.Expected)}, {"*Found:* ", value(c.Actual)}, {"*Look at:* ", c.Help},
		} {
			if line.text != "" {
				fmt.Fprintf(&b, "\n  %s%s\n", line.label, escaped(line.text))
			}
		}
		fenced(&b, "  ", c.Output)
	}
	if len(r.Advice) > 0 {
		b.WriteString("\n## Advice, which costs no points\n\n")
	}
	for _, a := range r.Advice {
		fmt.Fprintf(&b, "- %s\n", escaped(a.Message+" "+a.Line))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Summary writes a table of results in Markdown, such as the summary of a job
// of GitHub Actions, and the details of a single one.
func Summary(w io.Writer, results []*grader.Result) error {
	if len(results) == 1 {
		return Markdown(w, results[0])
	}
	var b strings.Builder
	b.WriteString("| submission | exercise | status | marks | first reason |\n|---|---|---|---|---|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n",
			escaped(r.Submission), escaped(r.Exercise), escaped(string(r.Status)), marks(r), escaped(cut(r.Message, 200)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func marksInWords(r *grader.Result) string {
	if !r.Graded() {
		return "no marks yet"
	}
	return number(r.Score) + " of " + number(r.MaxScore) + " marks"
}

// markup are the characters that mean something within a line of Markdown.
var markup = regexp.MustCompile("[\\\\`*_{}\\[\\]<>()#|~&!$@]")

// lineStart is what makes a list, a heading or a table of a line.
var lineStart = regexp.MustCompile(`^(\d*)([-+=:]|\.( |$))`)

// escaped is text on one line of Markdown, in which nothing is markup.
func escaped(text string) string {
	text = markup.ReplaceAllString(strings.TrimSpace(plain.Line(text)), `\$0`)
	return lineStart.ReplaceAllString(text, `$1\$2`)
}

// fenced writes text as code, in a fence that nothing in the text ends.
func fenced(b *strings.Builder, indent, text string) {
	if text == "" {
		return
	}
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "\n%s%stext\n", indent, fence)
	for line := range strings.SplitSeq(strings.TrimRight(printable(text), "\n"), "\n") {
		fmt.Fprintf(b, "%s%s\n", indent, line)
	}
	fmt.Fprintf(b, "%s%s\n", indent, fence)
}
