package command

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// changed wants to be told within a minute.
func changed(t *testing.T, changes <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(time.Minute):
		t.Fatalf("nothing is told of %s", what)
	}
}

func TestWatchPath(t *testing.T) {
	for name, poll := range map[string]time.Duration{"events": 0, "polling": 5 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "prog.bpf.c")
			require.NoError(t, os.WriteFile(file, []byte("one"), 0o600))
			require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
			changes, err := watchPath(t.Context(), dir, poll)
			require.NoError(t, err)

			require.NoError(t, os.WriteFile(file, []byte("two, and longer"), 0o600))
			changed(t, changes, "a file that is written")
			// An editor writes a new file and gives it the name of the old one.
			require.NoError(t, os.WriteFile(filepath.Join(dir, "new"), []byte("three, and longer still"), 0o600))
			changed(t, changes, "a new file")
			require.NoError(t, os.Rename(filepath.Join(dir, "new"), file))
			changed(t, changes, "a file that is replaced")
			require.NoError(t, os.WriteFile(filepath.Join(dir, "sub", "prog.h"), nil, 0o600))
			changed(t, changes, "a file in a folder")
			require.NoError(t, os.Remove(file))
			changed(t, changes, "a file that is removed")
		})
	}
}

func TestWatchOneFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prog.bpf.c")
	require.NoError(t, os.WriteFile(file, []byte("one"), 0o600))
	changes, err := watchPath(t.Context(), file, 0)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte("two, and longer"), 0o600))
	changed(t, changes, "the file")
}

func TestWatchNothing(t *testing.T) {
	_, err := watchPath(t.Context(), filepath.Join(t.TempDir(), "none"), 0)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestSignatureLeavesOutHiddenFolders(t *testing.T) {
	dir := t.TempDir()
	before, err := signature(dir)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".git"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", "index"), nil, 0o600))
	after, err := signature(dir)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}
