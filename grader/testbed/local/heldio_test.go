package local

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Go's runtime preempts threads with SIGURG, and a machine under load has many
// of them.
func TestHeldIOSleepsThroughSignals(t *testing.T) {
	h, err := openHeldIO()
	if err != nil {
		t.Skip(err)
	}
	defer h.close()
	path := filepath.Join(t.TempDir(), "disk")
	require.NoError(t, os.WriteFile(path, make([]byte, 4096), 0o600))
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	defer unix.Close(fd)

	done := make(chan struct{})
	var signaller sync.WaitGroup
	signaller.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			threads, err := os.ReadDir("/proc/self/task")
			assert.NoError(t, err)
			for _, thread := range threads {
				tid, _ := strconv.Atoi(thread.Name())
				_ = unix.Tgkill(os.Getpid(), tid, unix.SIGURG)
			}
		}
	})
	buf := make([]byte, 4096)
	for range 300 {
		n, err := h.transfer(fd, true, buf, 0)
		if !assert.NoError(t, err) {
			break
		}
		assert.Equal(t, len(buf), n)
	}
	close(done)
	signaller.Wait()
}
