package plain

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"ordinary — text, 日本語":        "ordinary — text, 日本語",
		"two\nlines\tand\u00a0spaces": "two lines and spaces",
		"\x1b[31mred\x07":             "\ufffd[31mred\ufffd",
		"left\u202eright":             "left\ufffdright",
		"broken \xff":                 "broken \ufffd",
	} {
		assert.Equal(t, want, Line(text))
	}
}
