package report

import (
	"fmt"
	"io"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Explanation writes for a person why an object does not load, or that it does:
// the result of [grader.Grader.Explain].
func Explanation(w io.Writer, r *grader.Result, o TextOptions) error {
	o.Width = o.Columns()
	p := &printer{TextOptions: o}
	p.line(p.paint(bold, prose(r.Submission)) + "  on Linux " + prose(r.Kernel))
	p.line("")
	if r.Status == grader.StatusPass {
		p.line(fmt.Sprintf("%s It loads, and what can be attached here is attached.", p.paint(green, "✓")))
	} else {
		p.line(p.paint(statusColor(r.Status), symbols[grader.StatusFail]+" "+string(r.Status)))
		p.reason(r)
	}
	p.advice(r)
	_, err := io.WriteString(w, p.text.String())
	return err
}
