package local

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A span is over when time has passed in which there were looks: a guest that the
// host has kept from running for a minute has not waited for one, however often
// it was looked at before.
func TestSpan(t *testing.T) {
	s := newSpan()
	assert.False(t, s.over(time.Hour))
	for range 10000 {
		s.look()
	}
	assert.True(t, s.over(0))

	halt := func(d time.Duration) {
		s.began, s.looked = s.began.Add(-d), s.looked.Add(-d)
		s.look()
	}
	halt(time.Minute)
	assert.False(t, s.over(30*time.Second), "it was halted")
	assert.True(t, s.over(5*time.Second), "it does not become longer without end")
	for range 30 * time.Second / mostBetween {
		halt(mostBetween)
	}
	assert.True(t, s.over(30*time.Second))
	assert.False(t, s.over(time.Hour))
}
