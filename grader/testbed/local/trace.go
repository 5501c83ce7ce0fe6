package local

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// traceBufferKB is the size of the trace buffer of each processor, in KiB. It
// holds some ten thousand lines.
const traceBufferKB = 1024

// tracer reads what programs write with bpf_printk. It has a trace instance of
// its own, so that it neither takes lines from other readers nor sees other
// events. bpf_printk has been an ordinary trace event, which an instance can
// enable, since Linux 5.9 (kernel/trace/bpf_trace.h).
type tracer struct {
	dir  string
	pipe *os.File
	// on switches the instance, and stats are the counts of each processor:
	// they are opened once, for an emulated machine feels each open.
	on    *os.File
	stats []*os.File
	// lost is the count of overwritten lines that was reported already.
	lost uint64
}

// tracefs returns the folder where tracefs is mounted.
func tracefs() (string, error) {
	for _, dir := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {
		if _, err := os.Stat(filepath.Join(dir, "events")); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: tracefs is not mounted, or may not be read", testbed.ErrNotSupported)
}

func openTracer() (*tracer, error) {
	root, err := tracefs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(filepath.Join(root, "instances"), "bpfgrade-")
	if err != nil {
		return nil, fmt.Errorf("make trace instance: %w", err)
	}
	t := &tracer{dir: dir}
	err = errors.Join(
		t.set("buffer_size_kb", strconv.Itoa(traceBufferKB)),
		t.set("trace_clock", "mono"),
		t.set("events/bpf_trace/bpf_trace_printk/enable", "1"),
		t.openFiles(),
	)
	if err == nil {
		err = t.enable(true)
	}
	if err != nil {
		t.close()
		return nil, fmt.Errorf("set up trace instance: %w", err)
	}
	return t, nil
}

func (t *tracer) openFiles() error {
	stats, err := filepath.Glob(filepath.Join(t.dir, "per_cpu/cpu*/stats"))
	if err != nil {
		return err
	}
	for _, path := range stats {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		t.stats = append(t.stats, file)
	}
	if t.on, err = os.OpenFile(filepath.Join(t.dir, "tracing_on"), os.O_WRONLY, 0); err != nil {
		return err
	}
	t.pipe, err = os.OpenFile(filepath.Join(t.dir, "trace_pipe"), os.O_RDONLY|unix.O_NONBLOCK, 0)
	return err
}

func (t *tracer) set(file, value string) error {
	return os.WriteFile(filepath.Join(t.dir, file), []byte(value), 0)
}

// enable lets the instance record, or not.
func (t *tracer) enable(on bool) error {
	value := "0"
	if on {
		value = "1"
	}
	_, err := t.on.WriteAt([]byte(value), 0)
	return err
}

func (t *tracer) close() {
	for _, file := range append(t.stats, t.on, t.pipe) {
		if file != nil {
			file.Close()
		}
	}
	_ = os.Remove(t.dir)
}

// Trace implements [testbed.Testbed].
func (tb *Testbed) Trace(ctx context.Context) (*testbed.Trace, error) {
	if tb.tracer == nil {
		return nil, fmt.Errorf("trace: %w: %s", testbed.ErrNotSupported, tb.info.Missing[testbed.FeaturePrintk])
	}
	trace, err := tb.tracer.drain(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	return trace, nil
}

// drain reads all lines. Tracing is off meanwhile: a program that prints at
// every system call would otherwise print while it is read, without end.
func (t *tracer) drain(ctx context.Context) (*testbed.Trace, error) {
	if err := t.enable(false); err != nil {
		return nil, err
	}
	// Before the buffer is emptied, which sets the counts to zero.
	lost, err := t.overrun()
	if err != nil {
		return nil, err
	}
	newlyLost := lost - min(t.lost, lost)
	var text bytes.Buffer
	full := false
	buf := make([]byte, 64<<10)
	for {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// The file is not given to Go's poller: trace_pipe says "ready" too late.
		n, err := unix.Read(int(t.pipe.Fd()), buf)
		if err == unix.EINTR {
			continue
		}
		if err == unix.EAGAIN || err == nil && n == 0 {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read trace_pipe: %w", err)
		}
		if text.Len()+n > testbed.MaxTraceBytes {
			// The rest goes as a whole, not a page at a time.
			full, lost = true, 0
			if err := t.set("trace", ""); err != nil {
				return nil, err
			}
			break
		}
		text.Write(buf[:n])
	}

	trace := parseTrace(text.Bytes())
	trace.Truncated, trace.Lost = full, newlyLost
	t.lost = lost
	return trace, t.enable(true)
}

// clear forgets all lines.
func (t *tracer) clear() (err error) {
	if err := t.set("trace", ""); err != nil {
		return err
	}
	t.lost, err = t.overrun()
	return err
}

// overrun counts the lines that were overwritten before they were read.
func (t *tracer) overrun() (uint64, error) {
	var sum uint64
	buf := make([]byte, 1<<10)
	for _, file := range t.stats {
		size, err := file.ReadAt(buf, 0)
		if err != nil && err != io.EOF {
			return 0, err
		}
		for line := range strings.Lines(string(buf[:size])) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			if name == "overrun" || name == "dropped events" {
				n, err := strconv.ParseUint(value, 10, 64)
				if err != nil {
					return 0, fmt.Errorf("read %s: %w", file.Name(), err)
				}
				sum += n
			}
		}
	}
	return sum, nil
}

// traceLine is a line of trace_pipe:
//
//	some task-123     [001] d..21   12.345678: bpf_trace_printk: text
//
// Some kernels print the instruction's address for the event's name.
var traceLine = regexp.MustCompile(`^\s*(.{1,16}?)-(\d+)\s+(?:\([^)]*\)\s+)?\[(\d+)\]\s+\S+\s+[\d.]+: (?:bpf_trace_printk|(?:0x)?[0-9a-f]+): ?(.*)$`)

// lostNotice stands in trace_pipe where lines were overwritten.
var lostNotice = regexp.MustCompile(`^CPU:\d+ \[LOST \d+ EVENTS\]$`)

func parseTrace(text []byte) *testbed.Trace {
	trace := &testbed.Trace{}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, testbed.MaxTraceBytes+1)
	for scanner.Scan() {
		line := scanner.Text()
		m := traceLine.FindStringSubmatch(line)
		switch {
		case m != nil:
			pid, _ := strconv.Atoi(m[2])
			cpu, _ := strconv.Atoi(m[3])
			trace.Lines = append(trace.Lines, testbed.TraceLine{Task: m[1], PID: pid, CPU: cpu, Text: m[4]})
		case line == "" || lostNotice.MatchString(line) || len(trace.Lines) == 0:
			// A format that ends in a newline adds an empty line.
		default:
			// A newline within the format.
			last := &trace.Lines[len(trace.Lines)-1]
			last.Text += "\n" + line
		}
	}
	return trace
}
