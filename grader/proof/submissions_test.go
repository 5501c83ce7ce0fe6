package proof

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	dir := folder(t, map[string]string{
		"submissions.yaml":           "accepted: {one: x, gone: x}\nrejected: {two: {status: crash, why: w}}",
		"accepted/one/prog.bpf.c":    "",
		"rejected/two/prog.bpf.c":    "",
		"rejected/beside/prog.bpf.c": "",
	})
	_, err := Open(exercise(), dir)
	assert.EqualError(t, err, dir+"/accepted/gone: in submissions.yaml, but not there\n"+dir+"/rejected/beside: not in submissions.yaml")

	_, err = Open(exercise(), t.TempDir())
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestIncomplete(t *testing.T) {
	s := &Submissions{Exercise: exercise(), Expected: &Expectations{
		Accepted: map[string]Acceptance{"a": {Why: "w"}},
		Rejected: map[string]Rejection{"b": {Outcome: Outcome{Check: "counts"}}},
	}}
	assert.Equal(t, []string{
		"1 accepted submissions, where 4 prove something",
		"1 rejected submissions, where 8 prove something",
		`no rejected submission is there to fail the check "map"`,
		`no rejected submission is there to fail the check "prints"`,
	}, s.Incomplete())
}

func TestCases(t *testing.T) {
	dir := folder(t, map[string]string{
		"submissions.yaml":      "accepted: {b: x, a: x}\nrejected: {c: {status: crash, why: w, kernels: {\"6.1\": {status: timeout}}}}",
		"accepted/a/prog.bpf.c": "", "accepted/b/prog.bpf.c": "", "rejected/c/prog.bpf.c": "",
	})
	s, err := Open(exercise(), dir)
	require.NoError(t, err)
	temp := t.TempDir()
	cases, err := s.Cases("6.1.2", temp)
	require.NoError(t, err)

	var names []string
	for _, c := range cases {
		names = append(names, c.String())
		assert.FileExists(t, map[bool]string{true: c.Path, false: filepath.Join(c.Path, "prog.bpf.c")}[c.Kind == Junk])
	}
	assert.Equal(t, []string{
		"starter", "accepted/a", "accepted/b", "rejected/c",
		"junk/empty.o", "junk/no-program.o", "junk/other-machine.o", "junk/text.o", "junk/truncated.o",
	}, names)
	assert.Equal(t, Outcome{Status: "timeout"}, cases[3].Want)
	starter, err := os.ReadFile(filepath.Join(cases[0].Path, "prog.bpf.c"))
	require.NoError(t, err)
	assert.Equal(t, "int x;\n", string(starter))
}
