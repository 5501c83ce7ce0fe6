package exercises_test

import (
	"path/filepath"
	"testing"

	"github.com/bpfgrade/bpfgrade/exercises"
	"github.com/bpfgrade/bpfgrade/grader/gradertest"
)

// TestBusy grades where other programs execute, make folders and write to a
// disk all the time.
func TestBusy(t *testing.T) {
	for _, ex := range exercises.All {
		t.Run(ex.Slug, func(t *testing.T) {
			gradertest.ProveBusy(t, ex, filepath.Join(ex.Slug, "submissions"), "github.com/bpfgrade/bpfgrade/exercises/internal/busyagent")
		})
	}
}
