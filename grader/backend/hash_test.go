package backend

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKernelHash(t *testing.T) {
	hash, err := KernelHash(Options{Name: Local})
	require.NoError(t, err)
	assert.Empty(t, hash, "this machine's own kernel has no image that is known")
	_, err = KernelHash(Options{Name: VM, Kernel: filepath.Join(t.TempDir(), "none")})
	assert.Error(t, err)
}
