package uprobeargs_test

import (
	"testing"

	uprobeargs "github.com/bpfgrade/bpfgrade/exercises/uprobe-args"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, uprobeargs.Exercise)
}
