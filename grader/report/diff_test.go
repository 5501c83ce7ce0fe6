package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

func TestCompare(t *testing.T) {
	assert.Equal(t, []string{"  called 1 times", "- called 2 times", "+ called 1 times", "  called 3 times"},
		compare("called 1 times\ncalled 2 times\ncalled 3 times", "called 1 times\ncalled 1 times\ncalled 3 times"))
	assert.Equal(t, []string{"- one", "- two", `+ "\x1b[2J"`}, compare("one\ntwo", "\x1b[2J"), "what would act on a terminal")
}

func TestTextCompares(t *testing.T) {
	long := strings.Repeat("x\n", 2*maxDiff)
	var text bytes.Buffer
	require.NoError(t, Text(&text, []*grader.Result{{Status: grader.StatusFail, Checks: []grader.CheckResult{
		{Name: "prints", Status: grader.StatusFail, Expected: "a\nb", Actual: "a\nc", Message: "Not so."},
		{Name: "prints much", Status: grader.StatusFail, Expected: long, Actual: strings.ReplaceAll(long, "x", "y"), Message: "Not so."},
	}}}, TextOptions{}))
	assert.Contains(t, text.String(), "         compared: - expected  + found\n                     a\n                   - b\n                   + c\n")
	assert.Less(t, strings.Count(text.String(), "\n"), 2*maxDiff)
}
