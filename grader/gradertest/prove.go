package gradertest

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/proof"
)

// Prove grades the submissions in dir on each kernel, with the starter and
// junk, and fails unless they prove the exercise: see package proof, where all
// that they must do is said. The command bpfgrade verify does the same and more.
func Prove(t *testing.T, ex *grader.Exercise, dir string) {
	submissions, err := proof.Open(ex, dir)
	require.NoError(t, err)
	t.Run("complete", func(t *testing.T) {
		for _, missing := range submissions.Incomplete() {
			t.Error(missing)
		}
	})

	OnKernels(t, func(t *testing.T, g *grader.Grader) {
		skipUnsupported(t, g, ex)
		cases, err := submissions.Cases(g.Kernel, t.TempDir())
		require.NoError(t, err)
		record := &proof.Record{Exercise: ex, Kernel: g.Kernel, Cases: cases, Results: make([][]*grader.Result, len(cases))}
		whole := t.Run("submissions", func(t *testing.T) {
			for i, c := range cases {
				t.Run(c.String(), func(t *testing.T) {
					t.Parallel()
					record.Results[i] = []*grader.Result{judged(t, g, ex, c)}
				})
			}
		})
		// With -run there are results of some cases alone.
		if whole && !slices.ContainsFunc(record.Results, func(r []*grader.Result) bool { return r == nil }) {
			for _, failure := range record.Failures() {
				t.Error(failure)
			}
		}
	})
}

// ProveBusy grades the accepted submissions in dir, and a rejected one for each
// check, on a kernel, the first in the list, that others use all the time: their
// marks are the same there. With -busy it grades all of them. Agent is a package with the command
// that is the first process of such a guest.
func ProveBusy(t *testing.T, ex *grader.Exercise, dir, agent string) {
	submissions, err := proof.Open(ex, dir)
	require.NoError(t, err)
	options := backend.Options{Name: backend.VM, Agent: build(t, agent), OtherDisk: true}
	onKernelsWith(t, Kernels()[:1], options, func(t *testing.T, g *grader.Grader) {
		if g.Backend == backend.Local {
			t.Skip("others do what they do")
		}
		skipUnsupported(t, g, ex)
		cases, err := submissions.Cases(g.Kernel, t.TempDir())
		require.NoError(t, err)
		checks := make(map[string]bool)
		for _, c := range cases {
			first := c.Want.Check != "" && !checks[c.Want.Check]
			if c.Kind != proof.Accepted && !(c.Kind == proof.Rejected && (first || *allBusy)) {
				continue
			}
			checks[c.Want.Check] = true
			t.Run(c.String(), func(t *testing.T) {
				t.Parallel()
				judged(t, g, ex, c)
			})
		}
	})
}

// ProveHostile grades submissions that attack the machine they run on: the
// folders of dir, for which submissions.yaml in it has what must come out.
// They run on virtual machines alone.
func ProveHostile(t *testing.T, ex *grader.Exercise, dir string) {
	expected, err := proof.ReadExpectations(filepath.Join(dir, "submissions.yaml"), ex)
	require.NoError(t, err)
	require.Empty(t, expected.Accepted)
	entries, err := filepath.Glob(filepath.Join(dir, "*", "prog.bpf.c"))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, filepath.Base(filepath.Dir(entry)))
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(expected.Rejected)), names)

	OnKernels(t, func(t *testing.T, g *grader.Grader) {
		if g.Backend == backend.Local {
			t.Skip("this machine is needed")
		}
		skipUnsupported(t, g, ex)
		for name, rejection := range expected.Rejected {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				judged(t, g, ex, proof.Reject(name, filepath.Join(dir, name), rejection.On(g.Kernel)))
			})
		}
	})
}

// skipUnsupported skips the test on a kernel that lacks what the exercise needs.
func skipUnsupported(t *testing.T, g *grader.Grader, ex *grader.Exercise) {
	err := g.Supports(t.Context(), ex)
	var unsupported *grader.UnsupportedError
	if errors.As(err, &unsupported) {
		t.Skip(err)
	}
	require.NoError(t, err)
}

// judged grades a case and fails the test unless the result is as it must be.
func judged(t *testing.T, g *grader.Grader, ex *grader.Exercise, c proof.Case) *grader.Result {
	result := grade(t, g, ex, c.Path)
	for _, problem := range c.Judge(result) {
		t.Error(problem)
	}
	if t.Failed() && result.Log != "" {
		t.Log(result.Log)
	}
	return result
}
