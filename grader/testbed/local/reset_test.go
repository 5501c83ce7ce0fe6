package local

import (
	"context"
	"errors"
	"testing"

	"github.com/cilium/ebpf/link"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// bareTestbed has nothing loaded, and nothing of a kernel's.
func bareTestbed() *Testbed {
	tb := &Testbed{}
	tb.forget()
	return tb
}

// brokenLink is a link that the kernel will not describe.
type brokenLink struct {
	link.Link
	closed *bool
}

var errBroken = errors.New("broken")

func (l brokenLink) Info() (*link.Info, error) { return nil, errBroken }

func (l brokenLink) Close() error {
	*l.closed = true
	return nil
}

func TestResetUnloads(t *testing.T) {
	t.Run("watchers without an object", func(t *testing.T) {
		tb := bareTestbed()
		closed := false
		w := &watcher{close: func() error { closed = true; return nil }, batches: make(chan batch)}
		close(w.batches)
		tb.watchers[1] = w
		_, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.True(t, closed)
		assert.Empty(t, tb.watchers)
	})
	t.Run("when it cannot say what there was", func(t *testing.T) {
		tb := bareTestbed()
		closed := false
		tb.links["on_call"] = []link.Link{brokenLink{closed: &closed}}
		_, err := tb.Reset(t.Context())
		assert.ErrorIs(t, err, errBroken)
		assert.True(t, closed)
		assert.Empty(t, tb.links)
	})
}

func TestAwaitGone(t *testing.T) {
	looks := 0
	slow := trace{testbed.Leftover{Kind: "map", ID: 1}, func() bool { looks++; return looks < 3 }}
	left, err := awaitGone(t.Context(), []trace{slow})
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Equal(t, 3, looks)

	// The caller's patience has ended, not the kernel's time.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = awaitGone(ctx, []trace{{testbed.Leftover{Kind: "map", ID: 1}, func() bool { return true }}})
	assert.ErrorIs(t, err, context.Canceled)
}
