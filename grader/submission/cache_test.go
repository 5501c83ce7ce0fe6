package submission

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBuildIsKept builds the same files once, and other files again.
func TestBuildIsKept(t *testing.T) {
	b := newBuilder(t)
	b.Cache = filepath.Join(t.TempDir(), "builds")
	warns := strings.Replace(bpfSource, "return 0;", "int unset; return unset;", 1)
	kept := func() int {
		entries, err := os.ReadDir(b.Cache)
		require.NoError(t, err)
		return len(entries)
	}
	build := func(files map[string]string) (object, program []byte, log string) {
		s, err := Open(folder(t, files))
		require.NoError(t, err)
		defer s.Close()
		path, log, err := b.BPF(t.Context(), s)
		require.NoError(t, err)
		object, err = os.ReadFile(path)
		require.NoError(t, err)
		path, _, err = b.Program(t.Context(), s, path)
		require.NoError(t, err)
		program, err = os.ReadFile(path)
		require.NoError(t, err)
		return object, program, log
	}
	object, program, log := build(map[string]string{"prog.bpf.c": warns, "prog.c": programText})
	assert.Equal(t, 2, kept())

	// What is kept is what comes out the next time: here it is changed.
	entries, err := filepath.Glob(filepath.Join(b.Cache, "*", cachedLog))
	require.NoError(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(entry, append(text, " (kept)"...), 0o600))
	}
	again, programAgain, logAgain := build(map[string]string{"prog.bpf.c": warns, "prog.c": programText})
	assert.Equal(t, object, again)
	assert.Equal(t, program, programAgain)
	assert.Equal(t, log+" (kept)", logAgain)
	assert.Equal(t, 2, kept())

	build(map[string]string{"prog.bpf.c": warns, "prog.c": programText + "\n", "prog.h": "\n"})
	assert.Equal(t, 4, kept(), "the files are others")
}

// TestFailureIsNotKept builds what does not compile each time.
func TestFailureIsNotKept(t *testing.T) {
	b := newBuilder(t)
	b.Cache = filepath.Join(t.TempDir(), "builds")
	for range 2 {
		s, err := Open(folder(t, map[string]string{"prog.bpf.c": bpfSource + "int x\n"}))
		require.NoError(t, err)
		_, _, err = b.BPF(t.Context(), s)
		var fault *BuildError
		require.ErrorAs(t, err, &fault)
		require.NoError(t, s.Close())
	}
	assert.NoDirExists(t, b.Cache)
}

// TestCacheIsBounded removes what was not used for longest, and what a process
// left unfinished that was killed.
func TestCacheIsBounded(t *testing.T) {
	c := &cache{dir: t.TempDir()}
	large := filepath.Join(t.TempDir(), "product")
	require.NoError(t, os.WriteFile(large, nil, 0o600))
	require.NoError(t, os.Truncate(large, cacheBytes/2))
	entry := func(name string, age time.Duration) string {
		dir := filepath.Join(c.dir, name)
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.Link(large, filepath.Join(dir, cachedProduct)))
		used := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(dir, used, used))
		return dir
	}
	old, older, oldest := entry("a", time.Hour), entry("c", 2*time.Hour), entry("b", 3*time.Hour)
	unfinished := filepath.Join(c.dir, unfinishedPrefix+"1")
	require.NoError(t, os.Mkdir(unfinished, 0o700))
	long := time.Now().Add(-2 * unfinishedAge)
	require.NoError(t, os.Chtimes(unfinished, long, long))
	young := filepath.Join(c.dir, unfinishedPrefix+"2")
	require.NoError(t, os.Mkdir(young, 0o700))

	c.prune()
	assert.DirExists(t, old)
	assert.DirExists(t, older)
	assert.NoDirExists(t, oldest)
	assert.NoDirExists(t, unfinished)
	assert.DirExists(t, young)
}
