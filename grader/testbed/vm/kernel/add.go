package kernel

import (
	"context"
	"errors"
)

// Add is being written.
func (s *Store) Add(ctx context.Context, version string, log func(string)) (Kernel, error) {
	return Kernel{}, errors.New("not yet")
}
