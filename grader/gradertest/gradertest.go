// Package gradertest runs an exercise under go test: it proves the exercise
// against its own submissions, or grades a single one.
package gradertest

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

var (
	allBusy        = flag.Bool("busy", false, "grade all submissions where others disturb them, not some")
	submissionPath = flag.String("submission", "", "grade the submission at this `path` instead of proving the exercise")
	seed           = flag.Uint64("seed", 0, "draw the workload from this `number`; 0 draws one for each run")
)

// Exercise runs an exercise in a subtest for each kernel. With -submission it
// grades that submission, a subtest for each check; a relative path starts in
// the exercise's folder or in the folder of the module. Otherwise it proves
// the exercise, see [Prove].
func Exercise(t *testing.T, ex *grader.Exercise) {
	if *submissionPath == "" {
		Prove(t, ex, "submissions")
		return
	}
	path, err := find(*submissionPath)
	require.NoError(t, err)
	OnKernels(t, func(t *testing.T, g *grader.Grader) {
		result := grade(t, g, ex, path)
		report(t, result)
	})
}

// find resolves the path of a submission.
func find(path string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if filepath.IsAbs(path) {
		return path, nil
	}
	for {
		candidate := filepath.Join(dir, path)
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("submission %s: %w (a relative path starts in the exercise's folder, or in a folder above it)", path, os.ErrNotExist)
		}
		dir = filepath.Dir(dir)
	}
}

func grade(t *testing.T, g *grader.Grader, ex *grader.Exercise, path string) *grader.Result {
	t.Helper()
	n := *seed
	if n == 0 {
		n = uint64(rand.Uint32())
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result, err := g.Grade(ctx, ex, path, n)
	require.NoError(t, err)
	t.Logf("%s on %s: %s, %v of %v, seed %d, %v", result.Submission, result.Kernel, result.Status, result.Score, result.MaxScore, result.Seed, result.Duration)
	return result
}

// report makes a subtest of each check.
func report(t *testing.T, result *grader.Result) {
	for _, check := range result.Checks {
		t.Run(check.Name, func(t *testing.T) {
			switch check.Status {
			case grader.StatusPass:
			case grader.StatusSkip:
				t.Skip(check.Message)
			default:
				t.Errorf("%s\nexpected: %s\nactual:   %s\nhelp:     %s", check.Message, check.Expected, check.Actual, check.Help)
			}
		})
	}
	assert.Equal(t, grader.StatusPass, result.Status, "%s\n%s", result.Message, result.Log)
}
