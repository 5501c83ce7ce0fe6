package local

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A span is over when both time has passed and there were looks: a guest that
// the host has kept from running for a second has not waited for one.
func TestSpan(t *testing.T) {
	s := newSpan()
	assert.False(t, s.over(time.Hour))
	s.look()
	assert.True(t, s.over(0))

	s.began = s.began.Add(-time.Minute)
	assert.False(t, s.over(30*time.Second), "looked at once")
	assert.True(t, s.over(5*time.Second), "it does not become longer without end")
	for range 30 * time.Second / lookEvery {
		s.look()
	}
	assert.True(t, s.over(30*time.Second))
	assert.False(t, s.over(time.Hour))
}
