package vm

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An executable that needs a C library would only panic in a guest.
func TestAgentMustBeStatic(t *testing.T) {
	shell, err := filepath.EvalSymlinks("/bin/sh")
	require.NoError(t, err)
	assert.ErrorContains(t, initramfs{agent: shell}.checkAgent(), "needs shared libraries, and a guest has none: build it with CGO_ENABLED=0")

	text := filepath.Join(t.TempDir(), "agent")
	require.NoError(t, os.WriteFile(text, []byte("#!/bin/sh\n"), 0o700))
	assert.ErrorContains(t, initramfs{agent: text}.checkAgent(), "read agent: "+text)
}
