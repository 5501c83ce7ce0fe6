package local

import "time"

const (
	// lookEvery is how often something is looked at, at least, in a span of time.
	lookEvery = 20 * time.Millisecond
	// longest is how many times as long a span becomes for want of looks.
	longest = 10
)

// span is time in which something is looked for again and again. It is not over
// before that was done often enough: the clock of a guest goes on while its
// processors wait for one of the host's, and then neither this process nor the
// one that is looked at does anything.
type span struct {
	began time.Time
	looks int
}

func newSpan() span { return span{began: time.Now()} }

// look counts a look.
func (s *span) look() { s.looks++ }

// over tells whether the span has lasted so long.
func (s *span) over(within time.Duration) bool {
	lasted := time.Since(s.began)
	return lasted > within && (s.looks >= int(within/lookEvery) || lasted > longest*within)
}
