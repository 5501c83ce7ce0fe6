package blockstartfentry_test

import (
	"testing"

	blockstartfentry "github.com/bpfgrade/bpfgrade/exercises/block-start-fentry"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, blockstartfentry.Exercise)
}
