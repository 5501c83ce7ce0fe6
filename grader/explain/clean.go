package explain

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// What a report shows is bounded. The first is a number of lines, the others
// are of characters.
const (
	maxLogLines = 20
	maxLine     = 200
	maxName     = 80
	maxMessage  = 500
)

// clean is plain.Line of what can come from a submission, cut where it is longer
// than limit.
func clean(text string, limit int) string {
	if len(text) > limit*utf8.UTFMax { // the rest is never shown
		text = text[:limit*utf8.UTFMax]
	}
	runes := []rune(plain.Line(text))
	if len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return string(runes)
}

// sentence makes a message ready to be followed by a full stop.
func sentence(message string) string {
	return strings.TrimRight(clean(strings.TrimSpace(message), maxMessage), ". ")
}

// shorten keeps the end of a log, where the reason stands.
func shorten(log string) string {
	log = strings.TrimSpace(log)
	if log == "" {
		return ""
	}
	var last []string
	left := strings.Count(log, "\n") + 1
	for ; left > 0 && len(last) < maxLogLines; left-- {
		start := strings.LastIndexByte(log, '\n') + 1
		last = append(last, strings.TrimRight(clean(log[start:], maxLine), " "))
		log = log[:max(start-1, 0)]
	}
	if left > 0 {
		last = append(last, fmt.Sprintf("… %d lines …", left))
	}
	slices.Reverse(last)
	return strings.Join(last, "\n")
}

// cleanLines makes each line of a log harmless.
func cleanLines(log string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(log)) {
		b.WriteString(strings.TrimRight(plain.Line(strings.TrimRight(line, "\r\n")), " ") + "\n")
	}
	return b.String()
}
