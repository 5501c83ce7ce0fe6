package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// What a program printed is read to its end, also when that comes late, as it does
// on a machine that has no time.
func TestRunReadsLateOutput(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it runs programs as another user, which needs root")
	}
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		require.NoError(t, os.Chmod(d, 0o755))
	}
	script := "#!/bin/sh\n(sleep 1.2; echo late) &\necho early\n"
	require.NoError(t, writeExecutable(filepath.Join(dir, "target"), []byte(script)))
	tb := &Testbed{installed: dir}
	report, err := tb.Run(t.Context(), testbed.RunRequest{Name: "target"})
	require.NoError(t, err)
	assert.Equal(t, testbed.RunReport{Output: []byte("early\nlate\n")}, *report)
}
