package submission

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMarker(t *testing.T) {
	for name, test := range map[string]struct{ text, exercise, err string }{
		"sound":              {"exercise: exec-counter\n", "exec-counter", ""},
		"with a comment":     {"# from init\nexercise: 'exec-table'\n", "exec-table", ""},
		"empty":              {"", "", "EOF"},
		"no exercise":        {"exercise:\n", "", "it names no exercise"},
		"an unknown key":     {"exercise: a\npoints: 10\n", "", "points"},
		"a list":             {"- a\n", "", "cannot"},
		"two documents":      {"exercise: a\n---\nexercise: b\n", "", "something follows"},
		"a second key":       {"exercise: a\nexercise: b\n", "", "already"},
		"no YAML":            {"\x00\xff", "", "cannot be read"},
		"endless":            {"exercise: a\n#" + strings.Repeat("x", 2*maxMarker), "", "more than 4096 bytes"},
		"a terminal's words": {"\"\\e[31m\": a\n", "", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, MarkerName), []byte(test.text), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "prog.bpf.c"), []byte("int x;"), 0o600))
			s, err := Open(dir)
			require.NoError(t, err)
			defer s.Close()
			assert.Equal(t, []string{"prog.bpf.c"}, s.Files, "the marker is no part of the work")
			exercise, err := s.Exercise()
			assert.Equal(t, test.exercise, exercise)
			if test.err == "" {
				assert.NoError(t, err)
				return
			}
			var own *Error
			require.ErrorAs(t, err, &own)
			assert.Contains(t, own.Reason, test.err)
			assert.NotContains(t, own.Reason, "\x1b")
		})
	}
}

func TestMarkerInAnArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "work.zip")
	file, err := os.Create(path)
	require.NoError(t, err)
	archive := zip.NewWriter(file)
	for name, text := range map[string]string{
		"work/" + MarkerName:      "exercise: outer\n",
		"work/deep/" + MarkerName: "exercise: inner\n",
		"work/prog.bpf.c":         "int x;",
	} {
		entry, err := archive.Create(name)
		require.NoError(t, err)
		_, err = entry.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, file.Close())
	s, err := Open(path)
	require.NoError(t, err)
	defer s.Close()
	exercise, err := s.Exercise()
	require.NoError(t, err)
	assert.Equal(t, "outer", exercise)
}

func TestNoMarker(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prog.bpf.c"), []byte("int x;"), 0o600))
	// A link that leads out is not followed.
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("exercise: secret\n"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, MarkerName)))
	s, err := Open(dir)
	require.NoError(t, err)
	defer s.Close()
	exercise, err := s.Exercise()
	assert.NoError(t, err)
	assert.Empty(t, exercise)
}
