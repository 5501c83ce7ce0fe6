package main_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

// mark is what grading a submission of the sample class must give.
type mark struct {
	Status grader.Status
	Score  float64
	// Check is the first check that fails, where one does.
	Check string
}

// TestClass grades the sample class as one would and compares the report with
// testdata/class/expected.yaml, on each kernel that the tests run on.
func TestClass(t *testing.T) {
	if gradertest.Kernels()[0] == "" {
		gradertest.SkipWithoutKernel(t)
	}
	command := gradertest.Command(t)
	const class = "../../testdata/class"
	text, err := os.ReadFile(filepath.Join(class, "expected.yaml"))
	require.NoError(t, err)
	var expected map[string]map[string]mark
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&expected))

	want := make(map[string]mark)
	var paths []string
	for _, exercise := range slices.Sorted(maps.Keys(expected)) {
		for name, m := range expected[exercise] {
			path := filepath.Join(class, exercise, name)
			paths = append(paths, path)
			name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, ".tar.gz"), ".tgz"), ".zip")
			want[exercise+"/"+name] = m
		}
	}
	handedIn, err := filepath.Glob(filepath.Join(class, "*", "*"))
	require.NoError(t, err)
	require.ElementsMatch(t, handedIn, paths, "the class and what is expected of it")

	for _, kernel := range gradertest.Kernels() {
		t.Run("linux-"+kernel, func(t *testing.T) {
			args := []string{"grade", "--exit-zero", "--format", "json", "--kernel", kernel}
			if kernel == "local" {
				args = []string{"grade", "--exit-zero", "--format", "json", "--backend", "local"}
			}
			cmd := exec.CommandContext(t.Context(), command, append(args, paths...)...)
			cmd.Stderr = os.Stderr
			output, err := cmd.Output()
			require.NoError(t, err)
			_, results, err := report.ReadJSON(bytes.NewReader(output))
			require.NoError(t, err)
			got := make(map[string]mark)
			for _, r := range results {
				m := mark{Status: r.Status, Score: r.Score}
				if i := slices.IndexFunc(r.Checks, func(c grader.CheckResult) bool { return c.Status == grader.StatusFail }); i >= 0 {
					m.Check = r.Checks[i].Name
				}
				got[r.Exercise+"/"+r.Submission] = m
			}
			assert.Equal(t, want, got)
		})
	}
}
