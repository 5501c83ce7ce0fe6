package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/proof"
)

// Proof writes what came of an exercise's submissions on a kernel: a table with
// a row for each submission and a numbered column for each check, and what each
// check is good for.
func Proof(w io.Writer, r *proof.Record, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &printer{TextOptions: o}
	if r.Unsupported != nil {
		p.line(p.paint(bold, r.Exercise.Slug) + " is " + p.paint(yellow, "not gradable on "+prose(r.Kernel)) + ":")
		p.block("lacks ", prose(r.Unsupported.What()))
	} else {
		p.line(p.paint(bold, r.Exercise.Slug) + " on Linux " + prose(r.Kernel))
		p.line("")
		p.matrix(r)
		p.line("")
		p.uses(r)
	}
	p.line("")
	_, err := io.WriteString(w, p.text.String())
	return err
}

// The symbols of a matrix that no check's status has.
const (
	differs    = "~" // from one repetition to another
	notReached = "·"
)

// maxStatus is the width of the longest status.
const maxStatus = len(grader.StatusAttachError)

// matrix writes the table. A row that is not as it must be has a mark before it.
func (p *printer) matrix(r *proof.Record) {
	failed := make(map[string]bool)
	for _, f := range r.Failures() {
		failed[f.Submission] = true
	}
	checks := len(r.Exercise.Checks)
	space := " "
	points := number(r.Exercise.MaxScore())
	width := func() int { // of the columns beside the name
		return 2 + len(gap) + checks + (checks-1)*len(space) + len(gap) + maxStatus + len(gap) + 2*len(points) + 1
	}
	longest := 0
	for _, c := range r.Cases {
		longest = max(longest, runewidth.StringWidth(prose(c.String())))
	}
	if width()+min(longest, maxColumn) > p.Width {
		space = ""
	}
	names := min(longest, max(p.Width-width(), minColumn))

	var tens, units []string
	for i := range checks {
		ten := " "
		if i >= 9 && (i+1)%10 == 0 {
			ten = fmt.Sprint((i + 1) / 10 % 10)
		}
		tens, units = append(tens, ten), append(units, fmt.Sprint((i+1)%10))
	}
	if checks > 9 {
		p.line("  " + pad("", names) + gap + strings.Join(tens, space))
	}
	p.line(p.paint(bold, "  "+pad("SUBMISSION", names)+gap+strings.Join(units, space)+gap+pad("STATUS", maxStatus)+gap+"MARKS"))
	for i, c := range r.Cases {
		mark := "  "
		if failed[c.String()] {
			mark = p.paint(red, ">") + " "
		}
		var cells []string
		for n := range checks {
			symbol, color := cell(r.Results[i], n)
			cells = append(cells, p.paint(color, symbol))
		}
		status, color := statusOf(r.Results[i])
		p.line(mark + pad(runewidth.Truncate(prose(c.String()), names, "…"), names) + gap +
			strings.Join(cells, space) + gap + p.paint(color, pad(status, maxStatus)) + gap + marksOf(r.Results[i]))
	}
}

// cell is the symbol for a check in all repetitions, and its colour.
func cell(results []*grader.Result, check int) (symbol, color string) {
	for i, r := range results {
		own, ownColor := notReached, yellow
		if check < len(r.Checks) {
			status := r.Checks[check].Status
			own, ownColor = symbols[status], statusColor(status)
		}
		if i > 0 && own != symbol {
			return differs, red
		}
		symbol, color = own, ownColor
	}
	return symbol, color
}

// statusOf is the status in all repetitions, and its colour.
func statusOf(results []*grader.Result) (status, color string) {
	for i, r := range results {
		if i > 0 && string(r.Status) != status {
			return "differs", red
		}
		status, color = string(r.Status), statusColor(r.Status)
	}
	return status, color
}

// marksOf are the marks in all repetitions.
func marksOf(results []*grader.Result) string {
	text := ""
	for i, r := range results {
		own := marks(r)
		if i > 0 && own != text {
			return differs
		}
		text = own
	}
	return text
}

// uses writes the checks by their numbers, and what each is good for.
func (p *printer) uses(r *proof.Record) {
	for i, use := range r.Uses() {
		points := "points"
		if use.Check.Points == 1 {
			points = "point"
		}
		p.line(fmt.Sprintf("%3d  %s (%s %s)", i+1, prose(use.Check.Name), number(use.Check.Points), points))
		switch {
		case len(use.FailedBy) == 0:
			p.block("", p.paint(red, "no rejected submission fails it"))
		case use.Redundant():
			p.block("", fmt.Sprintf("redundant: whatever fails it (%d) fails another check as well", len(use.FailedBy)))
		}
		p.block("only this check catches: ", prose(strings.Join(use.Only, ", ")))
		p.block("caught here, later checks skipped: ", prose(strings.Join(use.First, ", ")))
	}
	p.line("")
	p.line(fmt.Sprintf("%s pass  %s fail  %s skipped  %s broken  %s not reached  %s differs  > failure",
		symbols[grader.StatusPass], symbols[grader.StatusFail], symbols[grader.StatusSkip], symbols[grader.StatusError], notReached, differs))
}
