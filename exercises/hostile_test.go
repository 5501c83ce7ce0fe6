package exercises_test

import (
	"path/filepath"
	"testing"

	execcounter "github.com/bpfgrade/bpfgrade/exercises/exec-counter"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

func TestHostile(t *testing.T) {
	gradertest.ProveHostile(t, execcounter.Exercise, filepath.Join("testdata", "hostile"))
}
