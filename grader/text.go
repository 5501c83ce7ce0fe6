package grader

import (
	"strings"
	"unicode/utf8"
)

// bounded makes text from a submission valid UTF-8 of at most n bytes.
func bounded(text string, n int) string {
	const ellipsis = "…"
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= n {
		return text
	}
	cut := n - len(ellipsis)
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + ellipsis
}
