package blockbytes_test

import (
	"testing"

	blockbytes "github.com/bpfgrade/bpfgrade/exercises/block-bytes"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, blockbytes.Exercise)
}
