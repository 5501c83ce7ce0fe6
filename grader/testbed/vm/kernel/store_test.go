package kernel

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	s := openStore(t)
	_, err := s.Find("")
	assert.EqualError(t, err, "no kernel is here yet; get one with: bpfgrade kernel add")
	_, err = s.Find("6.1")
	assert.EqualError(t, err, "kernel 6.1: no kernel is here yet; get it with: bpfgrade kernel add 6.1")

	for _, k := range []Kernel{
		{Name: "6.12.117", Release: "6.12.117+deb12-cloud-amd64"},
		{Name: "6.1.9", Release: "6.1.0-1-cloud-amd64"},
		{Name: "6.1.192", Release: "6.1.0-56-cloud-amd64"},
		{Name: "6.8.0-45", Release: "6.8.0-45-generic"},
	} {
		root, err := s.unfinished()
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Join(root, "boot"), 0o700))
		require.NoError(t, os.MkdirAll(filepath.Join(root, "lib/modules", k.Release), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, "boot/vmlinuz-"+k.Release), []byte(bzImage(k.Release)), 0o600))
		_, err = s.keep(k, root)
		require.NoError(t, err)
	}
	kernels, err := s.List()
	require.NoError(t, err)
	var names []string
	for _, k := range kernels {
		names = append(names, k.Name)
	}
	assert.Equal(t, []string{"6.1.9", "6.1.192", "6.8.0-45", "6.12.117"}, names)

	tests := []struct{ word, want string }{
		{"", "6.12.117"}, // the first that was added
		{"6", "6.12.117"},
		{"6.1", "6.1.192"},
		{"6.1.9", "6.1.9"},
		{"6.1.0-1-cloud-amd64", "6.1.9"},
		{"6.8", "6.8.0-45"},
		{"6.8.0-45-generic", "6.8.0-45"},
	}
	for _, tt := range tests {
		t.Run("find "+tt.word, func(t *testing.T) {
			k, err := s.Find(tt.word)
			require.NoError(t, err)
			assert.Equal(t, tt.want, k.Name)
			assert.FileExists(t, k.Image)
			assert.DirExists(t, k.Modules)
		})
	}
	_, err = s.Find("6.2")
	assert.EqualError(t, err, "kernel 6.2: not among those that are here (6.1.9, 6.1.192, 6.8.0-45, 6.12.117); get it with: bpfgrade kernel add 6.2")
	_, err = s.Find("./vmlinuz")
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = s.Find("vmlinuz")
	assert.EqualError(t, err, `open kernel "vmlinuz": neither a version such as 6.12 nor a file`)
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("vmlinuz", []byte("text"), 0o600))
	_, err = s.Find("vmlinuz")
	assert.ErrorContains(t, err, "neither a bzImage nor")

	t.Run("without the default", func(t *testing.T) {
		require.NoError(t, os.RemoveAll(filepath.Join(s.dir, "6.12.117")))
		k, err := s.Find("")
		require.NoError(t, err)
		assert.Equal(t, "6.1.9", k.Name)
	})
	t.Run("a broken description", func(t *testing.T) {
		file := filepath.Join(s.dir, "6.1.9", infoFile)
		require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
		_, err := s.Find("6.1")
		assert.ErrorContains(t, err, file)
	})
}

func TestDefaultDir(t *testing.T) {
	t.Setenv(CacheVariable, "")
	t.Setenv("XDG_CACHE_HOME", "/c")
	dir, err := DefaultDir()
	require.NoError(t, err)
	assert.Equal(t, "/c/bpfgrade", dir)
	t.Setenv(CacheVariable, "/elsewhere")
	dir, err = DefaultDir()
	require.NoError(t, err)
	assert.Equal(t, "/elsewhere", dir)
}
