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
	other, err := New("test")
	require.NoError(t, err)
	home := filepath.Dir(d.Path)
	assert.Equal(t, os.TempDir(), filepath.Dir(home))
	assert.Equal(t, home, filepath.Dir(other.Path), "a process has one folder")
	require.NoError(t, os.WriteFile(filepath.Join(d.Path, "file"), nil, 0o600))
	require.NoError(t, d.Remove())
	require.NoError(t, d.Remove())
	assert.NoDirExists(t, d.Path)
	assert.DirExists(t, other.Path)
	require.NoError(t, other.Remove())
	assert.NoDirExists(t, home)
}

func TestNewWithoutAPlace(t *testing.T) {
	_, err := new(homes).dir(filepath.Join(t.TempDir(), "none"), "test")
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
	var living, dying homes
	alive, err := living.dir(parent, "alive")
	require.NoError(t, err)
	killed, err := dying.dir(parent, "killed")
	require.NoError(t, err)
	// What the kernel does when a process ends.
	require.NoError(t, dying.in[parent].lock.Close())
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
	assert.NoDirExists(t, filepath.Dir(killed.Path))
	assert.DirExists(t, young)
	assert.NoDirExists(t, old)
	assert.DirExists(t, other)
	assert.FileExists(t, file)
	_, err = os.Lstat(link)
	assert.NoError(t, err)
	require.NoError(t, alive.Remove())
}
