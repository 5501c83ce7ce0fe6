package report

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// TextOptions say how a report for a person looks.
type TextOptions struct {
	// Color uses the terminal's colours.
	Color bool
	// Width is the number of columns; 0 means 80. Names and reasons are cut to
	// it, but not below what can still be read.
	Width int
	// Verbose shows all that the verifier said of a single submission.
	Verbose bool
}

// Columns is the width, or what it stands for.
func (o TextOptions) Columns() int {
	if o.Width == 0 {
		return 80
	}
	return o.Width
}

// Text writes a report for a person: the details of a single submission, a
// table of several. Whatever comes from a submission is made harmless for a
// terminal.
func Text(w io.Writer, results []*grader.Result, o TextOptions) error {
	o.Width = o.Columns()
	p := &printer{TextOptions: o}
	switch len(results) {
	case 0:
		p.line("No submissions.")
	case 1:
		p.detail(results[0])
	default:
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

// sequence is what paint adds.
var sequence = regexp.MustCompile(`\x1b\[\d+m`)

func (p *printer) paint(code, text string) string {
	if !p.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) line(text string) {
	p.text.WriteString(strings.TrimRight(text, " ") + "\n")
}

// prose is text on one line, with one space between words.
func prose(text string) string { return strings.Join(strings.Fields(plain.Line(text)), " ") }

// value is text that was compared. It is quoted when there is something in it
// that could not be seen otherwise.
func value(text string) string {
	if text == prose(text) {
		return text
	}
	return strconv.Quote(text)
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
	return number(r.Score) + "/" + number(r.MaxScore)
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
		rows = append(rows, []string{prose(r.Submission), prose(r.Exercise), prose(string(r.Status)), marks(r), prose(r.Message)})
	}
	widths := p.widths(rows)
	for n, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			switch cell = runewidth.Truncate(cell, widths[i], "…"); {
			case i == len(row)-1:
				line.WriteString(cell)
				continue
			case n > 0 && i == 2:
				line.WriteString(p.paint(statusColor(results[n-1].Status), pad(cell, widths[i])))
			default:
				line.WriteString(pad(cell, widths[i]))
			}
			line.WriteString(gap)
		}
		text := line.String()
		if n == 0 {
			text = p.paint(bold, strings.TrimRight(text, " "))
		}
		p.line(text)
	}
	p.line("")
	p.summary(results)
}

// The widths of the table's columns, in columns of the terminal: maxColumn
// bounds one, minColumn is how far the first two shrink for the reason to get
// minReason.
const (
	maxColumn = 28
	minColumn = 12
	minReason = 24
	gap       = "  "
)

// widths are those of the table's columns. The last one gets what is left.
func (p *printer) widths(rows [][]string) []int {
	last := len(rows[0]) - 1
	widths := make([]int, last+1)
	left := p.Width
	for i := range last {
		for _, row := range rows {
			widths[i] = min(max(widths[i], runewidth.StringWidth(row[i])), maxColumn)
		}
		left -= widths[i] + len(gap)
	}
	for ; left < minReason; left++ {
		wider := 0
		if widths[1] > widths[0] {
			wider = 1
		}
		if widths[wider] <= minColumn {
			break
		}
		widths[wider]--
	}
	widths[last] = max(left, minReason)
	return widths
}

func (p *printer) summary(results []*grader.Result) {
	var graded, full int
	var share float64
	kernels := make(map[string]bool)
	var kernelNames []string
	for _, r := range results {
		if !kernels[r.Kernel] {
			kernels[r.Kernel] = true
			kernelNames = append(kernelNames, prose(r.Kernel))
		}
		if !r.Graded() {
			continue
		}
		graded++
		if r.MaxScore > 0 {
			share += r.Score / r.MaxScore
		}
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
	p.line(p.paint(bold, prose(r.Submission)+"  "+prose(r.Exercise)) + "  on Linux " + prose(r.Kernel))
	p.line("")
	said, width := false, 0
	for _, c := range r.Checks {
		width = max(width, len(score(c)))
	}
	for _, c := range r.Checks {
		p.check(c, width)
		said = said || c.Message != "" && strings.HasSuffix(r.Message, c.Message)
	}
	if !said && r.Message != "" {
		if len(r.Checks) > 0 {
			p.line("")
		}
		p.reason(r)
	}
	p.advice(r)
	p.line("")
	p.line(p.paint(statusColor(r.Status), prose(string(r.Status))) + "  " + p.paint(bold, marks(r)) +
		fmt.Sprintf("  in %.1f s  (seed %d)", r.Duration.Seconds(), r.Seed))
}

// reason writes why a submission has no checks, or why they have ended.
func (p *printer) reason(r *grader.Result) {
	p.block("", prose(r.Message))
	p.block("why:      ", prose(explain.Because(r.Diagnosis)))
	p.block("look at:  ", prose(r.Help))
	log := r.Log
	if p.Verbose && r.FullLog != "" {
		log = r.FullLog
	}
	if log == "" {
		return
	}
	p.line("")
	for line := range strings.Lines(log) {
		p.line("  | " + plain.Line(strings.TrimRight(line, "\r\n")))
	}
}

// advice writes what costs no points.
func (p *printer) advice(r *grader.Result) {
	if len(r.Advice) > 0 {
		p.line("")
	}
	for _, a := range r.Advice {
		text := a.Message
		if a.Line != "" {
			text = a.Line + ": " + text
		}
		p.block(p.paint(yellow, "advice:")+"   ", prose(text))
	}
}

var symbols = map[grader.Status]string{
	grader.StatusPass:  "✓",
	grader.StatusFail:  "✗",
	grader.StatusSkip:  "-",
	grader.StatusError: "!",
}

func score(c grader.CheckResult) string { return number(c.Score) + "/" + number(c.MaxScore) }

// check writes one check, the score padded to a width.
func (p *printer) check(c grader.CheckResult, width int) {
	p.line(fmt.Sprintf("%s %s  %s", p.paint(statusColor(c.Status), symbols[c.Status]), pad(score(c), width), prose(c.Name)))
	if c.Status == grader.StatusPass {
		return
	}
	p.block("", prose(c.Message))
	p.block("why:      ", prose(explain.Because(c.Diagnosis)))
	p.compared(c.Expected, c.Actual)
	p.block("look at:  ", prose(c.Help))
	p.printed(c.Output)
}

// maxLines bounds the lines of a check's output that are shown.
const maxLines = 6

// printed writes the first lines of a check's output.
func (p *printer) printed(output string) {
	label := "printed:  "
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	for i, line := range lines {
		if i == maxLines {
			line = fmt.Sprintf("… (%d more lines)", len(lines)-maxLines)
		}
		p.block(label, plain.Line(line))
		if i == maxLines {
			break
		}
		label = strings.Repeat(" ", len(label))
	}
}

// indent is that of what is said of a check, in columns.
const indent = 9

// block writes a labelled text, wrapped, under a check. The text must be clean.
func (p *printer) block(label, text string) {
	if text == "" {
		return
	}
	labelWidth := len(sequence.ReplaceAllString(label, ""))
	width := max(p.Width-indent-labelWidth, minReason)
	for i, line := range Wrap(text, width) {
		if i > 0 {
			label = strings.Repeat(" ", labelWidth)
		}
		p.line(strings.Repeat(" ", indent) + label + line)
	}
}

// Wrap breaks text at spaces into lines of a width, in columns.
func Wrap(text string, width int) []string {
	var lines []string
	line, empty := "", true
	for word := range strings.SplitSeq(text, " ") {
		if !empty && runewidth.StringWidth(line)+1+runewidth.StringWidth(word) > width {
			lines = append(lines, line)
			line, empty = "", true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return append(lines, line)
}
