package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

// watch checks again at each change, until ctx ends. A check that a change
// overtakes is given up.
func (c *checkCmd) watch(ctx context.Context, env *environment, b *backend.Backend, ex *grader.Exercise) error {
	changes, err := watchPath(ctx, c.Path, c.Poll)
	if err != nil {
		return err
	}
	screen := newScreen(env.stdout)
	var last error
	for {
		done := make(chan error, 1)
		began := time.Now()
		screen.status("checking …")
		run, cancel := context.WithCancel(ctx)
		go func() {
			result, err := c.check(run, env, b, ex)
			if err != nil {
				done <- err
				return
			}
			text, err := c.text(env, ex, result)
			if err == nil {
				text += fmt.Sprintf("checked at %s, %.1f s after the change; Ctrl-C ends\n", time.Now().Format("15:04:05"), time.Since(began).Seconds())
				err = screen.show(text)
			}
			if err == nil {
				err = ended(result)
			}
			done <- err
		}()
		finished := false
		for again := false; !again; {
			select {
			case <-ctx.Done():
				cancel()
				if !finished {
					// A verdict that is shown counts.
					var code exitCode
					if err := <-done; err == nil || errors.As(err, &code) {
						last = err
					}
				}
				screen.end()
				return last
			case <-changes:
				again = true
			case last = <-done:
				finished = true
				done = nil
				var broken *machineError
				if errors.As(last, &broken) { // nobody sees it any more
					cancel()
					return last
				}
			}
		}
		cancel()
		if !finished {
			<-done
		}
	}
}

// text is what a student sees of a result.
func (c *checkCmd) text(env *environment, ex *grader.Exercise, result *grader.Result) (string, error) {
	var text strings.Builder
	options := textOptions(env.stdout)
	options.Verbose = c.Verbose
	if err := report.Text(&text, []*grader.Result{result}, options); err != nil {
		return "", &machineError{err}
	}
	if result.Graded() && result.Status != grader.StatusPass && len(ex.Hints) > 0 {
		text.WriteString("bpfgrade hint shows the next step\n")
	}
	return text.String(), nil
}

// screen shows one text after the other: on a terminal in the place of the one
// before, without its going dark between, elsewhere below it.
type screen struct {
	w        io.Writer
	terminal bool
	shown    bool
}

func newScreen(w io.Writer) *screen { return &screen{w: w, terminal: isTerminal(w)} }

// The sequences of a terminal, by ECMA-48.
const (
	home        = "\x1b[H"
	clearLine   = "\r\x1b[K"
	clearToEnd  = "\x1b[K"
	clearScreen = "\x1b[J"
)

// show shows a text, in one write.
func (s *screen) show(text string) error {
	if s.terminal {
		text = home + strings.ReplaceAll(text, "\n", clearToEnd+"\n") + clearScreen
	} else if s.shown {
		text = "\n" + text
	}
	s.shown = true
	if _, err := io.WriteString(s.w, text); err != nil {
		return &machineError{err}
	}
	return nil
}

// status writes a word below the text, until the next one is shown.
func (s *screen) status(text string) {
	if !s.terminal {
		return
	}
	if !s.shown {
		text = home + clearScreen + text
	}
	fmt.Fprint(s.w, clearLine+text)
}

// end leaves the terminal on a line of its own.
func (s *screen) end() {
	if s.terminal {
		fmt.Fprint(s.w, clearLine)
	}
}
