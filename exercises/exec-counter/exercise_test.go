package execcounter_test

import (
	"testing"

	execcounter "github.com/bpfgrade/bpfgrade/exercises/exec-counter"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, execcounter.Exercise)
}
