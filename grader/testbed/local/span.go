package local

import "time"

const (
	// mostBetween is how much of the time between two looks counts at most.
	mostBetween = 20 * time.Millisecond
	// longest is how many times as long a span becomes for want of looks.
	longest = 10
)

// span is time in which something is looked for again and again. Time without a
// look counts for next to nothing: the clock of a guest goes on while its
// processors wait for one of the host's, and then neither this process nor the
// one that is looked at does anything.
type span struct {
	began, looked time.Time
	counted       time.Duration
}

func newSpan() span {
	now := time.Now()
	return span{began: now, looked: now}
}

// look is called at each look.
func (s *span) look() {
	now := time.Now()
	s.counted += min(now.Sub(s.looked), mostBetween)
	s.looked = now
}

// over tells whether the span has lasted so long.
func (s *span) over(within time.Duration) bool {
	return s.counted > within || time.Since(s.began) > longest*within
}
