package command

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

// What is printed of one submission is for whoever wrote it, in any format that
// is for students.
func TestHiddenChecksAreNotPrinted(t *testing.T) {
	r := marked("anna", "exec-counter", 1)
	r.MaxScore, r.MaxHidden, r.Kernel, r.Backend = 5, 3, "6.1", "vm"
	r.Checks = append(r.Checks, grader.CheckResult{Name: "secret", Hidden: true, Status: grader.StatusFail, MaxScore: 3, Message: "No."})
	printed := func(c gradeCmd, results ...*grader.Result) string {
		var stdout, stderr bytes.Buffer
		require.NoError(t, c.print(&environment{stdout: &stdout, stderr: &stderr}, results))
		return stdout.String() + stderr.String()
	}
	for _, format := range []string{"text", "markdown", "summary", "classroom", "exercism", "prairielearn"} {
		assert.NotContains(t, printed(gradeCmd{Format: format}, r), "secret", format)
	}
	assert.Contains(t, printed(gradeCmd{Format: "text", Hidden: true}, r), "secret")
	assert.Contains(t, printed(gradeCmd{Format: "gradescope"}, r), `"hidden"`)

	// Why there is no mark is for whoever looks after the grader.
	r.Status, r.Message, r.MaxHidden, r.Checks = grader.StatusInfraError, "open testbed: no QEMU", 0, nil
	assert.Contains(t, printed(gradeCmd{Format: "text"}, r), "no QEMU")
	assert.Contains(t, printed(gradeCmd{Format: "exercism"}, r), "bpfgrade: anna was not graded: open testbed: no QEMU\n")
}
