package main_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

// TestWatch works on an exercise as a student does: every time a file is saved
// the verdict comes by itself.
func TestWatch(t *testing.T) {
	gradertest.SkipWithoutKernel(t)
	command := gradertest.Command(t)
	for name, flags := range map[string][]string{"events": nil, "polling": {"--poll", "20ms"}} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "work")
			run := func(args ...string) *exec.Cmd {
				cmd := exec.CommandContext(t.Context(), command, args...)
				cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir())
				cmd.Stderr = os.Stderr
				return cmd
			}
			require.NoError(t, run("init", "exec-counter", dir).Run())
			watch := run(append([]string{"check", "--watch", dir}, flags...)...)
			stdout, err := watch.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, watch.Start())
			defer watch.Process.Kill()
			lines := bufio.NewReader(stdout)

			assert.Contains(t, verdict(t, lines), "fail  0/10", "the starter")
			save(t, dir, "exec-counter/submissions/rejected/unchecked-lookup")
			assert.Contains(t, verdict(t, lines), "load_error  0/10")
			save(t, dir, "exec-counter/submissions/accepted/tracepoint")
			assert.Contains(t, verdict(t, lines), "pass  10/10")

			require.NoError(t, watch.Process.Signal(unix.SIGINT))
			rest, err := io.ReadAll(lines)
			require.NoError(t, err)
			assert.Empty(t, string(rest))
			require.NoError(t, watch.Wait(), "it ends as the last verdict was")
		})
	}
}

// save does what an editor does with the source of a submission.
func save(t *testing.T, dir, submission string) {
	source, err := os.ReadFile(filepath.Join("../../exercises", submission, "prog.bpf.c"))
	require.NoError(t, err)
	path := filepath.Join(dir, "prog.bpf.c")
	require.NoError(t, os.WriteFile(path+"~", source, 0o600))
	require.NoError(t, os.Rename(path+"~", path))
}

// verdict reads to the end of the next one.
func verdict(t *testing.T, lines *bufio.Reader) string {
	var text strings.Builder
	for {
		line, err := lines.ReadString('\n')
		require.NoError(t, err, text.String())
		text.WriteString(line)
		if strings.HasPrefix(line, "checked at ") {
			return text.String()
		}
	}
}
