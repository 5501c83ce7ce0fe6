package execevents_test

import (
	"testing"

	execevents "github.com/bpfgrade/bpfgrade/exercises/exec-events"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, execevents.Exercise)
}
