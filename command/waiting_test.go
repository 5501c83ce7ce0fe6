package command

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// buffer is a writer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestWaiting(t *testing.T) {
	t.Run("on a terminal", func(t *testing.T) {
		w := &buffer{}
		s := &waiting{w: w, terminal: true}
		s.say("booting")
		assert.Eventually(t, func() bool { return strings.Contains(w.String(), "booting") }, time.Minute, time.Millisecond)
		s.end()
		text := w.String()
		assert.True(t, strings.HasSuffix(text, clearLine), "it leaves nothing")
		assert.NotContains(t, text, "\n")
		s.end()
		assert.Equal(t, text, w.String(), "it ends once")
	})
	t.Run("what does not take long", func(t *testing.T) {
		w := &buffer{}
		s := &waiting{w: w, terminal: true, patience: time.Hour}
		s.say("booting")
		s.end()
		assert.Empty(t, w.String())
	})
	t.Run("elsewhere", func(t *testing.T) {
		w := &buffer{}
		s := &waiting{w: w}
		s.say("booting")
		s.end()
		assert.Equal(t, "bpfgrade: booting\n", w.String())
	})
}
