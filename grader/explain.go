package grader

import (
	"context"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader/object"
)

// Explain builds, loads and attaches the BPF half of what is at path, for no
// exercise and without checks: the result says why it is refused, or is a pass.
// Programs of a kind that is not attached here are loaded and no more. The error
// is that of ctx.
func (g *Grader) Explain(ctx context.Context, path string) (*Result, error) {
	return g.Grade(ctx, &Exercise{}, path, 0)
}

// attaches tells whether the object's programs are attached: without checks
// there may be some that can only be loaded.
func (s *session) attaches() bool {
	return len(s.exercise.Checks) > 0 ||
		!slices.ContainsFunc(s.object.Programs, func(p object.Program) bool { return p.Hook.Kind == object.Unknown })
}
