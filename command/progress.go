package command

import (
	"fmt"
	"io"
	"sync"
)

// progress counts on one line of a terminal, which it leaves empty.
type progress struct {
	// terminal is nil where nobody watches.
	terminal  io.Writer
	mu        sync.Mutex
	done, all int
}

func newProgress(w io.Writer, all int) *progress {
	p := &progress{all: all}
	if isTerminal(w) && all > 1 {
		p.terminal = w
	}
	return p
}

const clearLine = "\r\x1b[K"

// step counts one more. It may be called by several goroutines.
func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.terminal != nil {
		fmt.Fprintf(p.terminal, "%sgraded %d of %d", clearLine, p.done, p.all)
	}
}

// end clears the line, on which something else is written next.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal != nil && p.done > 0 {
		fmt.Fprint(p.terminal, clearLine)
	}
}
