package grader

import (
	"context"
	"fmt"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// UnsupportedError says that a kernel lacks what an exercise needs, so that
// nothing can be graded for that exercise on it.
type UnsupportedError struct {
	// Release is that of the kernel.
	Release string
	// Lacks is never empty, in the order of the exercise's needs.
	Lacks []Lack
}

// Lack is a feature that a kernel does not offer.
type Lack struct {
	Feature testbed.Feature
	// Reason says why not.
	Reason string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("not gradable on this kernel (%s), which lacks %s", e.Release, e.What())
}

// What names what the kernel lacks, and why.
func (e *UnsupportedError) What() string {
	var lacks []string
	for _, l := range e.Lacks {
		lacks = append(lacks, fmt.Sprintf("%s: %s", l.Feature, l.Reason))
	}
	return strings.Join(lacks, "; ")
}

// supports tells whether a kernel has what an exercise needs. The error is an
// [*UnsupportedError].
func supports(info *testbed.Info, ex *Exercise) error {
	var lacks []Lack
	for _, feature := range ex.Needs {
		if reason, missing := info.Missing[feature]; missing {
			lacks = append(lacks, Lack{feature, reason})
		}
	}
	if lacks == nil {
		return nil
	}
	return &UnsupportedError{info.Release, lacks}
}

// Supports tells whether the kernel has what an exercise needs, on a testbed of
// its own. The error is an [*UnsupportedError] when it has not; any other says
// why this cannot be told.
func (g *Grader) Supports(ctx context.Context, ex *Exercise) error {
	tb, err := g.Open(ctx)
	if err != nil {
		return fmt.Errorf("open testbed: %w", err)
	}
	defer tb.Close()
	_, err = describe(ctx, tb, ex)
	return err
}
