package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/bpfgrade/bpfgrade/exercises"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

// mistakes holds a folder for each mistake, with sources that make it and an
// expected.yaml that says what must come of each: an object that is loaded and
// attached and no more, or a rejected submission of an exercise where the
// mistake shows in the figures alone. The sources in the folder none are right,
// and draw nothing.
const mistakes = "../../testdata/mistakes"

// found is what must be recognised in a source.
type found struct {
	Status    grader.Status
	Diagnosis string
	Advice    []string
	// Line is that which must be named, 0 for none.
	Line int
}

// example is a source that makes a mistake.
type example struct {
	found `yaml:",inline"`
	// Exercise and Submission name a rejected submission instead.
	Exercise, Submission string
	// Suggests is what is asked: did you mean it?
	Suggests string
	// Kernels has what is found on the kernels of a series, such as "6.1",
	// where it differs.
	Kernels map[string]found
}

// on is what must be found on a kernel.
func (e example) on(kernel string) found {
	if f, ok := e.Kernels[regexp.MustCompile(`^\d+\.\d+`).FindString(kernel)]; ok {
		return f
	}
	return e.found
}

// examples reads the folder of a mistake. The keys are the examples' names.
func examples(t *testing.T, dir string) map[string]example {
	text, err := os.ReadFile(filepath.Join(dir, "expected.yaml"))
	require.NoError(t, err)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	all := make(map[string]example)
	require.NoError(t, decoder.Decode(&all))
	sources, err := filepath.Glob(filepath.Join(dir, "*.bpf.c"))
	require.NoError(t, err)
	for _, source := range sources {
		assert.Contains(t, all, strings.TrimSuffix(filepath.Base(source), ".bpf.c"), "a source of which nothing is expected")
	}
	return all
}

// TestMistakes makes every mistake on each kernel that the tests run on.
func TestMistakes(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(mistakes, "*", "expected.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	all := make(map[string]map[string]example)
	for _, dir := range dirs {
		dir = filepath.Dir(dir)
		all[filepath.Base(dir)] = examples(t, dir)
	}
	gradertest.OnKernels(t, func(t *testing.T, g *grader.Grader) {
		for id, examples := range all {
			for name, e := range examples {
				t.Run(id+"/"+name, func(t *testing.T) {
					t.Parallel()
					r := result(t, g, filepath.Join(mistakes, id, name+".bpf.c"), e)
					wantFound(t, e.on(g.Kernel), r)
					if e.Suggests != "" {
						assert.Contains(t, r.Help, "Did you mean "+e.Suggests+"?")
					}
				})
			}
		}
	})
}

// TestNoMistakes loads right programs, and wants that nothing is said of them.
func TestNoMistakes(t *testing.T) {
	sources, err := filepath.Glob(filepath.Join(mistakes, "none", "*.bpf.c"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(sources), 20)
	gradertest.OnKernels(t, func(t *testing.T, g *grader.Grader) {
		for _, source := range sources {
			t.Run(filepath.Base(source), func(t *testing.T) {
				t.Parallel()
				r, err := g.Explain(t.Context(), source)
				require.NoError(t, err)
				assert.Equal(t, grader.StatusPass, r.Status, "%s\n%s", r.Message, r.Log)
				assert.Empty(t, r.Log, "the compiler warns")
				assert.Empty(t, r.Advice)
			})
		}
	})
}

// result makes a mistake.
func result(t *testing.T, g *grader.Grader, path string, e example) *grader.Result {
	if e.Exercise == "" {
		r, err := g.Explain(t.Context(), path)
		require.NoError(t, err)
		return r
	}
	i := slices.IndexFunc(exercises.All, func(ex *grader.Exercise) bool { return ex.Slug == e.Exercise })
	require.GreaterOrEqual(t, i, 0, "no exercise %s", e.Exercise)
	path = filepath.Join("../../exercises", e.Exercise, "submissions/rejected", e.Submission)
	r, err := g.Grade(t.Context(), exercises.All[i], path, 1)
	require.NoError(t, err)
	return r
}

// wantFound compares what was found with what must be.
func wantFound(t *testing.T, want found, r *grader.Result) {
	got := found{Status: r.Status, Diagnosis: r.Diagnosis}
	line, message := r.Line, r.Message
	for _, c := range r.Checks {
		if c.Status == grader.StatusFail {
			got.Diagnosis = c.Diagnosis
			break
		}
	}
	for _, a := range r.Advice {
		if len(r.Checks) > 0 { // the mistake shows in the figures
			break
		}
		got.Advice = append(got.Advice, a.ID)
		line, message = a.Line, a.Message+" "+a.Line
	}
	_, _ = fmt.Sscanf(line[strings.LastIndexByte(line, ':')+1:], "%d", &got.Line)
	assert.Equal(t, want, got, "%s\n%s\n%s", r.Message, r.Help, r.Log)
	assert.Contains(t, message, line, "the line is named")
	if want.Diagnosis != "" {
		mistake, known := explain.About(want.Diagnosis)
		assert.True(t, known, "nothing is known of the mistake")
		assert.NotEmpty(t, mistake.Why)
	}
}
