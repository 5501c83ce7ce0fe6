package command

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// waiting tells a person what takes long: on a terminal in a line that turns,
// from the second second on, and that leaves nothing; elsewhere in a line of
// text.
type waiting struct {
	w        io.Writer
	terminal bool
	patience time.Duration

	mu    sync.Mutex
	what  string
	since time.Time
	drawn bool
	stop  chan struct{}
	wg    sync.WaitGroup
}

// patience is how long nothing is said.
const patience = time.Second

func newWaiting(w io.Writer) *waiting {
	return &waiting{w: w, terminal: isTerminal(w), patience: patience}
}

// say begins to wait for something.
func (s *waiting) say(what string) {
	if !s.terminal {
		fmt.Fprintln(s.w, "bpfgrade:", what)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.what, s.since = what, time.Now()
	if s.stop == nil {
		stop := make(chan struct{})
		s.stop = stop
		s.wg.Go(func() { s.turn(stop) })
	}
}

// turn draws until stop is closed.
func (s *waiting) turn(stop <-chan struct{}) {
	const turns = `|/-\`
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		s.mu.Lock()
		if took := time.Since(s.since); took >= s.patience {
			fmt.Fprintf(s.w, "%s%c %s, %d s", clearLine, turns[n%len(turns)], s.what, int(took.Seconds()))
			s.drawn = true
		}
		s.mu.Unlock()
	}
}

// end clears the line. What is said afterwards begins anew.
func (s *waiting) end() {
	s.mu.Lock()
	stop := s.stop
	s.stop = nil
	s.mu.Unlock()
	if stop == nil {
		return
	}
	close(stop)
	s.wg.Wait()
	if s.drawn {
		fmt.Fprint(s.w, clearLine)
		s.drawn = false
	}
}
