package command

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/submission"
)

func marked(name, exercise string, score float64) *grader.Result {
	status := grader.StatusFail
	if score == 2 {
		status = grader.StatusPass
	}
	return &grader.Result{
		Submission: name, Exercise: exercise, Status: status, Score: score, MaxScore: 2, Seed: 7,
		Checks: []grader.CheckResult{{Name: "a", Status: status, Score: score, MaxScore: 2}},
	}
}

// A submission is found by its name in the report, and by what it is.
func TestFindResult(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prog.bpf.c"), []byte("int x;"), 0o600))
	s, err := submission.Open(dir)
	require.NoError(t, err)
	defer s.Close()
	anna, twice, other := marked("anna", "a", 1), marked("anna", "b", 1), marked("chen", "a", 1)
	anna.Origin.Path, twice.Origin.Path = dir, "/nowhere"
	other.Origin.SubmissionHash = s.Hash
	results := []*grader.Result{anna, twice, other}

	_, _, err = (&gradeCmd{}).findResult(results, "anna")
	assert.ErrorContains(t, err, `"anna" is in it several times: say which with --exercise (a, b)`)
	old, path, err := (&gradeCmd{Exercise: []string{"a"}}).findResult(results, "anna")
	require.NoError(t, err)
	assert.Same(t, anna, old)
	assert.Equal(t, dir, path)
	_, _, err = (&gradeCmd{Exercise: []string{"b"}}).findResult(results, "anna")
	assert.ErrorContains(t, err, "submission /nowhere: no such file or directory: give the path where it is now")
	old, path, err = (&gradeCmd{}).findResult(results, dir)
	require.NoError(t, err)
	assert.Same(t, other, old)
	assert.Equal(t, dir, path)
	_, _, err = (&gradeCmd{}).findResult(results[:2], dir)
	assert.ErrorContains(t, err, "there is no result of")
}

// That the very same gave other marks is the grader's fault; that something else
// did is not.
func TestCompareMarks(t *testing.T) {
	seed := uint64(7)
	c := &gradeCmd{Seed: &seed, RepeatOf: "results.json"}
	for name, test := range map[string]struct {
		now  func() *grader.Result
		code int
		says string
	}{
		"the same": {func() *grader.Result { return marked("anna", "a", 1) }, exitFail, "the marks are those of results.json"},
		"other marks": {func() *grader.Result { return marked("anna", "a", 2) }, exitNotGraded,
			"the marks are not those of results.json: a was fail with 1, and is pass with 2"},
		"another submission": {func() *grader.Result {
			r := marked("anna", "a", 2)
			r.Origin.SubmissionHash = "x"
			return r
		}, exitPass, "the submission is not the same as then"},
		"another end": {func() *grader.Result {
			r := marked("anna", "a", 0)
			r.Status, r.Checks = grader.StatusTimeout, nil
			return r
		}, exitNotGraded, "fail with 1 then, timeout with 0 now"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			err := c.compare(&environment{stderr: &stderr}, marked("anna", "a", 1), test.now())
			if test.code == exitPass {
				assert.NoError(t, err)
			} else {
				assert.Equal(t, exitCode(test.code), err)
			}
			assert.Contains(t, stderr.String(), test.says)
		})
	}
	other := uint64(8)
	c.Seed = &other
	var stderr bytes.Buffer
	assert.NoError(t, c.compare(&environment{stderr: &stderr}, marked("anna", "a", 1), marked("anna", "a", 2)))
	assert.Contains(t, stderr.String(), "the seed is another")
}

func TestShardsAreRead(t *testing.T) {
	part, of, err := parseShard("")
	require.NoError(t, err)
	assert.Equal(t, [2]int{1, 1}, [2]int{part, of})
	part, of, err = parseShard("3/4")
	require.NoError(t, err)
	assert.Equal(t, [2]int{3, 4}, [2]int{part, of})
	for _, text := range []string{"0/4", "5/4", "-1/4", "1", "1/", "/1", "a/b", "1/0", "1/2/3", "1/x"} {
		_, _, err := parseShard(text)
		assert.Error(t, err, text)
	}
}
