package blockstartkprobe_test

import (
	"testing"

	blockstartkprobe "github.com/bpfgrade/bpfgrade/exercises/block-start-kprobe"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestExercise(t *testing.T) {
	gradertest.Exercise(t, blockstartkprobe.Exercise)
}
