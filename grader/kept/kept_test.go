package kept

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

func result(name string) *grader.Result {
	return &grader.Result{
		Submission: name, Exercise: "exec-counter", Kernel: "6.1.192", Backend: "vm",
		Status: grader.StatusPass, Score: 1, MaxScore: 1, Seed: 7,
		Checks: []grader.CheckResult{{Name: "a", Status: grader.StatusPass, Score: 1, MaxScore: 1, Hidden: true}},
		Origin: grader.Origin{Tool: "bpfgrade 1.2.3", Path: "/x"},
	}
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestPutAndGet(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "[out]", "kept"))
	for _, name := range []string{"anna", "a/b", "..", strings.Repeat("漢", 300), "=1", "a\nb"} {
		got, err := s.Get("exec-counter", name)
		require.NoError(t, err)
		assert.Nil(t, got)
		require.NoError(t, s.Put(result(name)))
		got, err = s.Get("exec-counter", name)
		require.NoError(t, err)
		assert.Empty(t, cmp.Diff(result(name), got))
	}
	other, err := s.Get("exec-table", "anna")
	require.NoError(t, err)
	assert.Nil(t, other)

	require.NoError(t, s.Remove("exec-counter", "=1"))
	require.NoError(t, s.Remove("exec-counter", "=1"))
	gone, err := s.Get("exec-counter", "=1")
	require.NoError(t, err)
	assert.Nil(t, gone)

	require.NoError(t, s.Clear())
	got, err := s.Get("exec-counter", "anna")
	require.NoError(t, err)
	assert.Nil(t, got)
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := Open(dir)
	assert.ErrorIs(t, err, ErrInUse)
	require.NoError(t, s.Clear())
	_, err = Open(dir)
	assert.ErrorIs(t, err, ErrInUse, "clearing is not closing")
	require.NoError(t, s.Close())
	open(t, dir)
}

// A result that was not written to its end is none.
func TestWhatIsDamagedCountsForNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Put(result("anna")))
	path := s.path("exec-counter", "anna")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, content := range map[string]string{
		"half":        string(whole[:len(whole)/2]),
		"empty":       "",
		"another's":   strings.Replace(string(whole), `"anna"`, `"chen"`, 1),
		"a timeout's": strings.NewReplacer(`"status": "pass"`, `"status": "timeout"`).Replace(string(whole)),
		"twice":       string(whole) + string(whole),
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		got, err := s.Get("exec-counter", "anna")
		assert.Nil(t, got, name)
		assert.ErrorContains(t, err, path, name)
	}
	require.NoError(t, s.Put(result("anna")), "it can be put again")
}

func TestUnfinishedFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Put(result("anna")))
	folder := filepath.Join(dir, "exec-counter")
	require.NoError(t, os.WriteFile(filepath.Join(folder, ".half.json123"), []byte("{"), 0o600))
	require.NoError(t, s.Close())
	open(t, dir)
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

// A failing write leaves what was there.
func TestPutThatFails(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Put(result("anna")))
	broken := result("anna")
	broken.Status = "none"
	assert.ErrorContains(t, s.Put(broken), "keep result of anna: ")
	got, err := s.Get("exec-counter", "anna")
	require.NoError(t, err)
	assert.Equal(t, grader.StatusPass, got.Status)
	files, err := os.ReadDir(filepath.Join(dir, "exec-counter"))
	require.NoError(t, err)
	assert.Len(t, files, 1, "nothing half-written is left")
}

func TestOpenWhereAFileIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, err := Open(path)
	assert.ErrorContains(t, err, "keep results: ")
}
