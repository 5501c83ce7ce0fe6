package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"

	"github.com/bpfgrade/bpfgrade/grader"
)

// TextOptions say how a report for a person looks.
type TextOptions struct {
	// Color uses the terminal's colours.
	Color bool
	// Width is the number of columns; 0 means 80.
	Width int
}

// Text writes a report for a person: the details of a single submission, a
// table of several. Whatever comes from a submission is made harmless for a
// terminal.
func Text(w io.Writer, results []*grader.Result, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &printer{TextOptions: o}
	if len(results) == 1 {
		p.detail(results[0])
	} else {
		p.table(results)
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

type printer struct {
	TextOptions
	text strings.Builder
}

// The colours of a terminal, by ECMA-48.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
	bold   = "1"
)

func (p *printer) paint(code, text string) string {
	if !p.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) line(text string) {
	p.text.WriteString(strings.TrimRight(text, " ") + "\n")
}

// clean makes text from a submission harmless and puts it on one line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return '\uFFFD'
		}
		return r
	}, text)
}

// pad fills text up to a width.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-runewidth.StringWidth(text)))
}

func number(points float64) string {
	return strconv.FormatFloat(points, 'f', -1, 64)
}

// marks are "6/10", or a dash for a submission without a score.
func marks(r *grader.Result) string {
	if !r.Graded() {
		return "-"
	}
	return number(points(r.Score)) + "/" + number(points(r.MaxScore))
}

func statusColor(s grader.Status) string {
	switch s {
	case grader.StatusPass:
		return green
	case grader.StatusInfraError, grader.StatusSkip, grader.StatusError:
		return yellow
	}
	return red
}

// table writes a line for each submission and a summary.
func (p *printer) table(results []*grader.Result) {
	rows := [][]string{{"SUBMISSION", "EXERCISE", "STATUS", "MARKS", "FIRST REASON"}}
	for _, r := range results {
		rows = append(rows, []string{clean(r.Submission), r.Exercise, string(r.Status), marks(r), clean(r.Message)})
	}
	widths := make([]int, len(rows[0])-1)
	for _, row := range rows {
		for i := range widths {
			widths[i] = min(max(widths[i], runewidth.StringWidth(row[i])), maxColumn)
		}
	}
	for n, row := range rows {
		var line strings.Builder
		used := 0
		for i, width := range widths {
			cell := pad(runewidth.Truncate(row[i], width, "…"), width)
			if n > 0 && i == 2 {
				cell = p.paint(statusColor(results[n-1].Status), cell)
			}
			line.WriteString(cell + "  ")
			used += width + 2
		}
		line.WriteString(runewidth.Truncate(row[len(row)-1], max(p.Width-used, minReason), "…"))
		text := line.String()
		if n == 0 {
			text = p.paint(bold, strings.TrimRight(text, " "))
		}
		p.line(text)
	}
	p.line("")
	p.summary(results)
}

// maxColumn bounds a column of the table, minReason is what the last one gets
// at least, in columns of the terminal.
const (
	maxColumn = 28
	minReason = 24
)

func (p *printer) summary(results []*grader.Result) {
	var graded, full int
	var share float64
	kernels := make(map[string]bool)
	var kernelNames []string
	for _, r := range results {
		if !kernels[r.Kernel] {
			kernels[r.Kernel] = true
			kernelNames = append(kernelNames, r.Kernel)
		}
		if !r.Graded() {
			continue
		}
		graded++
		share += r.Score / r.MaxScore
		if r.Status == grader.StatusPass {
			full++
		}
	}
	text := fmt.Sprintf("%d graded on Linux %s", graded, strings.Join(kernelNames, ", "))
	if graded > 0 {
		text += fmt.Sprintf(": %d with full marks, %d without, mean %.0f %%", full, graded-full, 100*share/float64(graded))
	}
	if left := len(results) - graded; left > 0 {
		text += "; " + p.paint(yellow, fmt.Sprintf("%d not graded", left))
	}
	p.line(text)
}

// detail writes everything about one submission.
func (p *printer) detail(r *grader.Result) {
	p.line(p.paint(bold, clean(r.Submission)+"  "+r.Exercise) + "  on Linux " + r.Kernel)
	p.line("")
	for _, c := range r.Checks {
		p.check(c)
	}
	if len(r.Checks) == 0 {
		p.block("", r.Message)
		p.block("look at: ", r.Help)
		if r.Log != "" {
			p.line("")
			for line := range strings.Lines(r.Log) {
				p.line("  | " + clean(strings.TrimRight(line, "\n")))
			}
		}
	}
	for _, a := range r.Advice {
		p.block("advice: ", strings.TrimSpace(a.Message+" "+a.Line))
	}
	p.line("")
	p.line(p.paint(statusColor(r.Status), string(r.Status)) + "  " + p.paint(bold, marks(r)) +
		fmt.Sprintf("  in %.1f s  (seed %d)", r.Duration.Seconds(), r.Seed))
}

var symbols = map[grader.Status]string{
	grader.StatusPass:  "✓",
	grader.StatusFail:  "✗",
	grader.StatusSkip:  "-",
	grader.StatusError: "!",
}

func (p *printer) check(c grader.CheckResult) {
	score := number(points(c.Score)) + "/" + number(points(c.MaxScore))
	p.line(fmt.Sprintf("%s %s  %s", p.paint(statusColor(c.Status), symbols[c.Status]), pad(score, 5), c.Name))
	if c.Status == grader.StatusPass {
		return
	}
	p.block("", c.Message)
	p.block("expected: ", c.Expected)
	p.block("found:    ", c.Actual)
	p.block("look at:  ", c.Help)
}

// block writes a labelled text, wrapped, under a check.
func (p *printer) block(label, text string) {
	if text == "" {
		return
	}
	const indent = "         "
	width := max(p.Width-len(indent)-len(label), minReason)
	for i, line := range wrap(clean(text), width) {
		if i > 0 {
			label = strings.Repeat(" ", len(label))
		}
		p.line(indent + label + line)
	}
}

// wrap breaks text between words into lines of a width.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && runewidth.StringWidth(line)+1+runewidth.StringWidth(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
