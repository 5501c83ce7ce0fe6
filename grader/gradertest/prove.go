package gradertest

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
)

// The least number of submissions that prove an exercise.
const (
	minAccepted = 4
	minRejected = 8
)

// Expectations are what submissions.yaml says of an exercise's submissions.
type Expectations struct {
	// Accepted maps the name of a submission to why it is there.
	Accepted map[string]string `yaml:"accepted"`
	// Rejected maps the name of a submission to what must come out.
	Rejected map[string]Rejection `yaml:"rejected"`
}

// Rejection is what must come out for a rejected submission.
type Rejection struct {
	Status grader.Status `yaml:"status"`
	// Check is the check that must fail, where the status is fail.
	Check string `yaml:"check"`
	// Diagnosis is the id of the mistake that must be recognised, if any.
	Diagnosis string `yaml:"diagnosis"`
	// Why says what is wrong with it.
	Why string `yaml:"why"`
}

// ReadExpectations reads a submissions.yaml and refuses keys it does not know.
func ReadExpectations(path string) (*Expectations, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var e Expectations
	if err := decoder.Decode(&e); err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return &e, nil
}

// Prove grades the submissions in the folders accepted and rejected of dir on
// each kernel: accepted ones must have full marks, rejected ones must not and
// must fail as submissions.yaml says, and so must the starter. Every check must
// be failed by some rejected submission.
func Prove(t *testing.T, ex *grader.Exercise, dir string) {
	expected, err := ReadExpectations(filepath.Join(dir, "submissions.yaml"))
	require.NoError(t, err)
	t.Run("complete", func(t *testing.T) { complete(t, ex, dir, expected) })

	onKernels(t, func(t *testing.T, g *grader.Grader) {
		for name := range expected.Accepted {
			t.Run("accepted/"+name, func(t *testing.T) {
				t.Parallel()
				result := grade(t, g, ex, filepath.Join(dir, "accepted", name))
				assert.Equal(t, grader.StatusPass, result.Status, "%s\n%s", result.Message, result.Log)
				assert.Equal(t, result.MaxScore, result.Score)
			})
		}
		for name, rejection := range expected.Rejected {
			t.Run("rejected/"+name, func(t *testing.T) {
				t.Parallel()
				rejected(t, grade(t, g, ex, filepath.Join(dir, "rejected", name)), rejection)
			})
		}
		t.Run("starter", func(t *testing.T) {
			t.Parallel()
			result := grade(t, g, ex, "starter")
			assert.Equal(t, grader.StatusFail, result.Status, "%s\n%s", result.Message, result.Log)
			assert.Less(t, result.Score, result.MaxScore)
		})
		for name, content := range junk {
			t.Run("junk/"+name, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "prog.bpf.o")
				require.NoError(t, os.WriteFile(path, content, 0o600))
				result := grade(t, g, ex, path)
				assert.Contains(t, []grader.Status{grader.StatusBuildError, grader.StatusLoadError}, result.Status, result.Message)
				assert.Zero(t, result.Score)
				assert.NotEmpty(t, result.Message)
			})
		}
	})
}

// junk is refused by every exercise.
var junk = map[string][]byte{
	"empty": {},
	"text":  []byte("int main(void) { return 0; }\n"),
	"truncated": {
		0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 247, 0,
	},
}

// ProveHostile grades submissions that attack the machine they run on: the
// folders of dir, for which submissions.yaml in it has what must come out.
// They run on virtual machines alone.
func ProveHostile(t *testing.T, ex *grader.Exercise, dir string) {
	expected, err := ReadExpectations(filepath.Join(dir, "submissions.yaml"))
	require.NoError(t, err)
	require.Empty(t, expected.Accepted)
	entries, err := filepath.Glob(filepath.Join(dir, "*", "prog.bpf.c"))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, filepath.Base(filepath.Dir(entry)))
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(expected.Rejected)), names)

	onKernels(t, func(t *testing.T, g *grader.Grader) {
		if g.Backend == backend.Local {
			t.Skip("this machine is needed")
		}
		for name, rejection := range expected.Rejected {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				rejected(t, grade(t, g, ex, filepath.Join(dir, name)), rejection)
			})
		}
	})
}

func rejected(t *testing.T, result *grader.Result, want Rejection) {
	assert.Equal(t, want.Status, result.Status, "%s\n%s", result.Message, result.Log)
	assert.Less(t, result.Score, result.MaxScore)
	assert.NotEmpty(t, result.Message)
	diagnosis := result.Diagnosis
	if want.Check != "" {
		i := slices.IndexFunc(result.Checks, func(c grader.CheckResult) bool { return c.Name == want.Check })
		require.GreaterOrEqual(t, i, 0, "check %q was not reached: %s", want.Check, result.Message)
		assert.Equal(t, grader.StatusFail, result.Checks[i].Status, "check %q", want.Check)
		diagnosis = result.Checks[i].Diagnosis
	}
	if want.Diagnosis != "" {
		assert.Equal(t, want.Diagnosis, diagnosis)
	}
}

// complete proves that folders, expectations and checks fit together.
func complete(t *testing.T, ex *grader.Exercise, dir string, expected *Expectations) {
	names := func(folder string) []string {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		require.NoError(t, err)
		var names []string
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names
	}
	var accepted, refused []string
	for name, why := range expected.Accepted {
		accepted = append(accepted, name)
		assert.NotEmpty(t, why, name)
	}
	failing := make(map[string]bool)
	for name, rejection := range expected.Rejected {
		refused = append(refused, name)
		failing[rejection.Check] = true
		assert.NotEmpty(t, rejection.Why, name)
		assert.Equal(t, rejection.Status == grader.StatusFail, rejection.Check != "", "%s: a check is named where the status is fail, and only there", name)
	}
	assert.ElementsMatch(t, names("accepted"), accepted)
	assert.ElementsMatch(t, names("rejected"), refused)
	assert.GreaterOrEqual(t, len(accepted), minAccepted)
	assert.GreaterOrEqual(t, len(refused), minRejected)
	for _, check := range ex.Checks {
		assert.True(t, failing[check.Name], "no rejected submission fails the check %q", check.Name)
	}
}
