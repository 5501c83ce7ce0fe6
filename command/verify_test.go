package command

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/proof"
)

func TestExercisesFolder(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"exercises/one", "inner/deep", "inner/other/exercises"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, dir), 0o700))
	}
	for _, dir := range []string{".", "inner/other"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, dir, "go.mod"), nil, 0o600))
	}
	for from, want := range map[string]string{
		".":             "exercises",
		"inner/deep":    "exercises",
		"exercises/one": "exercises",
		"inner/other":   "inner/other/exercises",
	} {
		t.Chdir(filepath.Join(root, from))
		dir, err := exercisesFolder()
		require.NoError(t, err, from)
		assert.Equal(t, filepath.Join(root, want), dir)
	}

	module := filepath.Join(root, "inner/deep")
	require.NoError(t, os.WriteFile(filepath.Join(module, "go.mod"), nil, 0o600))
	t.Chdir(module)
	_, err := exercisesFolder()
	assert.EqualError(t, err, "find exercises: no folder exercises in "+module+" or above it; name the folder with --dir")
}

func TestConclude(t *testing.T) {
	ex := &grader.Exercise{Slug: "ex"}
	records := []*proof.Record{
		{Exercise: ex, Kernel: "6.1.2", Cases: []proof.Case{{Kind: proof.Starter}, {Kind: proof.Accepted}}, Results: [][]*grader.Result{{{}}, {{}}}},
		{Exercise: ex, Kernel: "5.10.3", Unsupported: &grader.UnsupportedError{}},
	}
	wrong := proof.Failure{Exercise: "ex", Kernel: "6.1.2", Submission: "starter", Repetition: 1, Seed: 9, Reason: "it passes"}
	infra := proof.Failure{Exercise: "ex", Kernel: "6.1.2", Infra: true, Reason: "no guest"}
	tests := map[string]struct {
		failures []proof.Failure
		want     error
		printed  string
	}{
		"all as it must be": {nil, nil, `ex on 6.1.2: 1 accepted, 0 rejected, 0 junk, a starter; 2 runs: proved
ex on 5.10.3: not gradable
2 runs, 0 failures, in 3s
`},
		"a failure": {[]proof.Failure{wrong}, exitCode(exitFail), `FAILED ex on 6.1.2, starter, repetition 1, seed 9: it passes

ex on 6.1.2: 1 accepted, 0 rejected, 0 junk, a starter; 2 runs: 1 failure
ex on 5.10.3: not gradable
2 runs, 1 failure, in 3s
`},
		"a failure of the grader": {[]proof.Failure{infra, wrong}, exitCode(exitNotGraded), `FAILED ex on 6.1.2: no guest
FAILED ex on 6.1.2, starter, repetition 1, seed 9: it passes

ex on 6.1.2: 1 accepted, 0 rejected, 0 junk, a starter; 2 runs: 2 failures
ex on 5.10.3: not gradable
2 runs, 2 failures, in 3s
`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			v := &verification{env: &environment{stdout: &b}, records: records, failures: tt.failures}
			assert.Equal(t, tt.want, v.conclude(3*time.Second))
			assert.Equal(t, tt.printed, b.String())
		})
	}
}
