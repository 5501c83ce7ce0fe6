package vm

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClosedPool(t *testing.T) {
	pool := NewPool(&Template{}, 0, false)
	require.NoError(t, pool.Close())
	_, err := pool.Open(t.Context())
	assert.ErrorIs(t, err, errPoolClosed)
}
