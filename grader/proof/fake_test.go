package proof

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

// exercise has three checks, of which the last comes after the first. None is
// ever run here.
func exercise() *grader.Exercise {
	return &grader.Exercise{
		Slug:   "ex",
		Files:  fstest.MapFS{"starter/prog.bpf.c": {Data: []byte("int x;\n")}},
		Checks: []grader.Check{{Name: "map", Points: 1}, {Name: "counts", Points: 2}, {Name: "prints", Points: 2, After: []string{"map"}}},
	}
}

// result makes a result from a letter for each check: Pass, Fail or Skip.
func result(checks string) *grader.Result {
	ex := exercise()
	r := &grader.Result{Status: grader.StatusPass, MaxScore: ex.MaxScore(), Seed: 7}
	for i, letter := range checks {
		c := grader.CheckResult{Name: ex.Checks[i].Name, MaxScore: ex.Checks[i].Points}
		switch letter {
		case 'P':
			c.Status, c.Score = grader.StatusPass, c.MaxScore
		case 'F':
			c.Status = grader.StatusFail
		case 'S':
			c.Status = grader.StatusSkip
		}
		if c.Status != grader.StatusPass {
			r.Status, r.Message = grader.StatusFail, "The count is wrong."
		}
		r.Score += c.Score
		r.Checks = append(r.Checks, c)
	}
	return r
}

// ended makes a result that reached no check.
func ended(status grader.Status) *grader.Result {
	return &grader.Result{Status: status, MaxScore: exercise().MaxScore(), Seed: 7, Message: "No program."}
}

// folder writes files into a folder of the test's.
func folder(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}
