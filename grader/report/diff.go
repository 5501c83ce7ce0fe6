package report

import (
	"bytes"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// maxDiff bounds the lines of a comparison that are shown.
const maxDiff = 20

// compared writes what was expected and what was found: of texts of several
// lines the lines that are missing, with a minus, and those that are there
// instead, with a plus.
func (p *printer) compared(expected, found string) {
	if expected == found || !strings.Contains(expected+found, "\n") {
		p.block("expected: ", value(expected))
		p.block("found:    ", value(found))
		return
	}
	const label = "compared: "
	lines := compare(expected, found)
	p.block(label, p.paint(red, "- expected")+"  "+p.paint(green, "+ found"))
	for i, line := range lines {
		if i == maxDiff {
			p.block(strings.Repeat(" ", len(label)), "…")
			break
		}
		switch {
		case strings.HasPrefix(line, "-"):
			line = p.paint(red, line)
		case strings.HasPrefix(line, "+"):
			line = p.paint(green, line)
		}
		p.line(strings.Repeat(" ", indent+len(label)) + line)
	}
}

// compare returns lines that begin with a minus, a plus or a space, as values are
// written. Where much is the same only what is near a difference is there.
func compare(expected, found string) []string {
	text := diff.Diff("expected", []byte(expected+"\n"), "found", []byte(found+"\n"))
	var lines []string
	for i, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		switch {
		case i < 4: // the names, and where the first lines are
		case bytes.HasPrefix(line, []byte("@@")):
			lines = append(lines, " …")
		case len(line) > 0:
			lines = append(lines, string(line[:1])+" "+value(string(line[1:])))
		}
	}
	return lines
}
