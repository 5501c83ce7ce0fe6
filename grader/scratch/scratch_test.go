package scratch

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewAndRemove(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	d, err := New("test")
	require.NoError(t, err)
	assert.True(t, filepath.IsAbs(d.Path))
	assert.Equal(t, os.TempDir(), filepath.Dir(d.Path))
	require.NoError(t, os.WriteFile(filepath.Join(d.Path, "file"), nil, 0o600))
	require.NoError(t, d.Remove())
	assert.NoDirExists(t, d.Path)
}

func TestNewWithoutAPlace(t *testing.T) {
	_, err := newIn(filepath.Join(t.TempDir(), "none"), "test")
	assert.ErrorContains(t, err, "make folder: ")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOnlyDeadFoldersAreRemoved(t *testing.T) {
	parent := t.TempDir()
	folder := func(name string) string {
		path := filepath.Join(parent, name)
		require.NoError(t, os.Mkdir(path, 0o700))
		return path
	}
	alive, err := newIn(parent, "alive")
	require.NoError(t, err)
	killed, err := newIn(parent, "killed")
	require.NoError(t, err)
	// What the kernel does when a process ends.
	require.NoError(t, killed.lock.Close())
	young, old, other := folder(prefix+"young"), folder(prefix+"old"), folder("other")
	for _, path := range []string{old, other} {
		long := time.Now().Add(-2 * youth)
		require.NoError(t, os.Chtimes(path, long, long))
	}
	file := filepath.Join(parent, prefix+"file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	link := filepath.Join(parent, prefix+"link")
	require.NoError(t, os.Symlink(other, link))

	removeDead(parent)
	assert.DirExists(t, alive.Path)
	assert.NoDirExists(t, killed.Path)
	assert.DirExists(t, young)
	assert.NoDirExists(t, old)
	assert.DirExists(t, other)
	assert.FileExists(t, file)
	_, err = os.Lstat(link)
	assert.NoError(t, err)
	require.NoError(t, alive.Remove())
}
