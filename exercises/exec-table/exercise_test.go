package exectable_test

import (
	"testing"

	exectable "github.com/bpfgrade/bpfgrade/exercises/exec-table"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, exectable.Exercise)
}
