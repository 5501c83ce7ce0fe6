package uprobeargs_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	uprobeargs "github.com/bpfgrade/bpfgrade/exercises/uprobe-args"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, uprobeargs.Exercise)
}

// TestTargetHasSymbols finds the functions as a student's program does.
func TestTargetHasSymbols(t *testing.T) {
	file, err := elf.NewFile(bytes.NewReader(uprobeargs.Exercise.Program.Target))
	require.NoError(t, err)
	symbols, err := file.Symbols()
	require.NoError(t, err)
	functions := make(map[string]bool)
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && elf.ST_BIND(s.Info) == elf.STB_GLOBAL {
			functions[s.Name] = true
		}
	}
	for _, name := range []string{"add_pair", "subtract_pair", "larger", "main"} {
		assert.True(t, functions[name], name)
	}
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libraries)
}

// TestTargetEnds runs the target, which checks its results itself.
func TestTargetEnds(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the target is for Linux on x86-64")
	}
	path := filepath.Join(t.TempDir(), "target")
	require.NoError(t, os.WriteFile(path, uprobeargs.Exercise.Program.Target, 0o700))
	for _, test := range []struct {
		args   []string
		status int
	}{
		{nil, 0},
		{[]string{"1", "2", "-7", "3", "0", "-0"}, 0},
		{[]string{"2147483647", "-2147483648", "-2147483648", "0"}, 0},
		{[]string{"subtract"}, 0},
		{[]string{"subtract", "2147483647", "-2147483648"}, 0},
		{[]string{"2147483647", "1"}, 1}, // the sum is no int
		{[]string{"1"}, 2},
	} {
		cmd := exec.CommandContext(t.Context(), path, test.args...)
		_ = cmd.Run()
		assert.Equal(t, test.status, cmd.ProcessState.ExitCode(), test.args)
	}
}
