package local

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// mark is written to a terminal by the testbed itself and left out of what is
// kept: once it has been read, all that was printed before it has been too. The
// kernel passes on what is printed in its own time.
var mark = []byte("\x00bpfgrade-mark\x00")

// output collects what a program prints on its terminal.
type output struct {
	terminal, tty *os.File
	done          chan struct{}
	// blocked tells that the terminal takes nothing.
	blocked bool

	mu        sync.Mutex
	text      []byte
	truncated bool
	// marks is how many marks were read.
	marks int
	// written is how many were written.
	written int
}

// readOutput begins to read from the near end of a terminal. It owns both ends.
func readOutput(terminal, tty *os.File) *output {
	o := &output{terminal: terminal, tty: tty, done: make(chan struct{})}
	go o.read()
	return o
}

func (o *output) read() {
	defer close(o.done)
	buf := make([]byte, 16<<10)
	var rest []byte
	for {
		n, err := o.terminal.Read(buf)
		rest = o.take(append(rest, buf[:n]...))
		if err != nil { // the terminal was closed
			return
		}
	}
}

// take keeps what was read but for the marks in it, and returns what may be the
// beginning of one.
func (o *output) take(data []byte) (rest []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		before, after, found := bytes.Cut(data, mark)
		if !found {
			break
		}
		o.keep(before)
		o.marks++
		data = after
	}
	cut := len(data)
	for n := min(len(data), len(mark)-1); n > 0; n-- {
		if bytes.HasSuffix(data, mark[:n]) {
			cut -= n
			break
		}
	}
	o.keep(data[:cut])
	return bytes.Clone(data[cut:])
}

func (o *output) keep(data []byte) {
	kept := min(len(data), testbed.MaxOutputBytes-len(o.text))
	o.text = append(o.text, data[:kept]...)
	o.truncated = o.truncated || kept < len(data)
}

// after returns what follows the first n bytes.
func (o *output) after(n int) *testbed.Output {
	o.mu.Lock()
	defer o.mu.Unlock()
	n = min(max(n, 0), len(o.text))
	return &testbed.Output{Text: bytes.Clone(o.text[n:]), Truncated: o.truncated}
}

// block has the terminal take nothing more, as Ctrl-S does.
func (o *output) block() error {
	o.blocked = true
	return o.flow(unix.TCOOFF)
}

// unblock has the terminal take what is printed.
func (o *output) unblock() error {
	o.blocked = false
	return o.flow(unix.TCOON)
}

func (o *output) flow(action int) error {
	if err := unix.IoctlSetInt(int(o.tty.Fd()), unix.TCXONC, action); err != nil {
		return fmt.Errorf("control terminal: %w", err)
	}
	return nil
}

// flush waits until all that has been printed has been read. A program may have
// stopped its terminal itself.
func (o *output) flush(ctx context.Context) error {
	if err := o.unblock(); err != nil {
		return err
	}
	if _, err := o.tty.Write(mark); err != nil {
		return fmt.Errorf("flush terminal: %w", err)
	}
	o.written++
	return await(ctx, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.marks >= o.written
	})
}

func (o *output) close() {
	o.tty.Close()
	o.terminal.Close()
	<-o.done
}
