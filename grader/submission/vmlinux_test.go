package submission

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bpftool puts a script in the place of bpftool.
func bpftool(t *testing.T, dump string) {
	bin := t.TempDir()
	script := "#!/bin/sh\nif [ \"$1\" = version ]; then echo bpftool v7.1.0; exit; fi\n" + dump + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "bpftool"), []byte(script), 0o700))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

// What a process that was killed has left goes when the next headers are made.
func TestVMLinux(t *testing.T) {
	cache := t.TempDir()
	btf := filepath.Join(cache, "btf")
	require.NoError(t, os.WriteFile(btf, []byte("types"), 0o600))
	for _, left := range []string{"unfinished", "unfinished-1234"} {
		dir := filepath.Join(cache, "headers", left, "gnu")
		require.NoError(t, os.MkdirAll(dir, 0o700))
	}

	bpftool(t, "exit 1")
	_, err := VMLinux(t.Context(), btf, cache)
	assert.ErrorContains(t, err, "make vmlinux.h: ")
	left, err := filepath.Glob(filepath.Join(cache, "headers/unfinished*"))
	require.NoError(t, err)
	assert.Empty(t, left)

	bpftool(t, "echo 'struct task_struct { int pid; };'")
	dir, err := VMLinux(t.Context(), btf, cache)
	require.NoError(t, err)
	header, err := os.ReadFile(filepath.Join(dir, "vmlinux.h"))
	require.NoError(t, err)
	assert.Equal(t, "struct task_struct { int pid; };\n", string(header))
	assert.FileExists(t, filepath.Join(dir, "gnu/stubs-32.h"))

	bpftool(t, "exit 1")
	again, err := VMLinux(t.Context(), btf, cache)
	require.NoError(t, err, "they are there")
	assert.Equal(t, dir, again)
}
