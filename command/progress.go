package command

import (
	"fmt"
	"io"
	"sync"

	"github.com/schollz/progressbar/v3"
)

// progress tells a person how far a run is: with a bar on a terminal, which
// leaves an empty line, and elsewhere with a line for each step that has one.
// Its methods may be called by several goroutines.
type progress struct {
	// lines is nil on a terminal, bar is nil elsewhere, and both are where
	// nobody watches.
	lines io.Writer
	bar   *progressbar.ProgressBar

	mu                 sync.Mutex
	running, done, all int
}

// newProgress makes the progress of a run of so many steps. Lines asks for lines
// where there is no terminal.
func newProgress(w io.Writer, all int, lines bool) *progress {
	p := &progress{all: all}
	switch {
	case isTerminal(w) && all > 1:
		p.bar = newBar(w, all)
	case !isTerminal(w) && lines:
		p.lines = w
	}
	return p
}

// newBar shows how many steps are done, how fast, and how long it will take.
func newBar(w io.Writer, all int) *progressbar.ProgressBar {
	return progressbar.NewOptions(all,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("0 running"),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("submissions"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionFullWidth(),
	)
}

// start counts one more that runs.
func (p *progress) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running++
	p.describe()
}

// step counts one more that is done, and what there is to say of it.
func (p *progress) step(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.running--
	if p.bar != nil {
		_ = p.bar.Add(1)
	}
	p.describe()
	if p.lines != nil && text != "" {
		fmt.Fprintf(p.lines, "[%d/%d] %s\n", p.done, p.all, text)
	}
}

// more adds a step to do.
func (p *progress) more() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all++
	if p.bar != nil {
		p.bar.ChangeMax(p.all)
	}
}

func (p *progress) describe() {
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%d running", p.running))
	}
}

// end clears the line, on which something else is written next.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
