package syscallprint_test

import (
	"testing"

	syscallprint "github.com/bpfgrade/bpfgrade/exercises/syscall-print"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, syscallprint.Exercise)
}
