// Package plain makes text that can come from a submission fit for a report.
package plain

import (
	"strings"
	"unicode"
)

// Line makes text harmless for a terminal and puts it on one line: space of any
// kind becomes a space, and what cannot be printed, among it the controls of
// terminals and of the direction of writing, is replaced by U+FFFD. Each
// character stays one.
func Line(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
