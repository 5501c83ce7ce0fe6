package backend

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHashFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vmlinuz")
	require.NoError(t, os.WriteFile(path, []byte("abc"), 0o600))
	hash, err := hashFile(path)
	require.NoError(t, err)
	// FIPS 180-2, appendix B.1.
	assert.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hash)
	_, err = hashFile(filepath.Dir(path))
	assert.Error(t, err)
}

func TestKernelHash(t *testing.T) {
	hash, err := KernelHash(Options{Name: Local})
	require.NoError(t, err)
	assert.Empty(t, hash, "this machine's own kernel has no image that is known")
	_, err = KernelHash(Options{Name: VM, Kernel: filepath.Join(t.TempDir(), "none")})
	assert.Error(t, err)
}
