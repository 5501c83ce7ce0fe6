package execpreset_test

import (
	"testing"

	execpreset "github.com/bpfgrade/bpfgrade/exercises/exec-preset"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, execpreset.Exercise)
}
