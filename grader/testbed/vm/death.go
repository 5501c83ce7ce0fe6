package vm

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// deathGrace is how long a machine has to end after its connection broke.
const deathGrace = 5 * time.Second

// hungUp says why the connection to the agent broke: the error is a
// *testbed.CrashError when the guest's kernel panicked.
func (m *machine) hungUp() error {
	select {
	case <-m.exited:
	case <-time.After(deathGrace):
		return errors.New("the agent in the guest hung up")
	}
	if reason := m.complaint(); reason != "" {
		return &testbed.CrashError{Reason: reason, Console: m.console()}
	}
	return m.ended()
}

// ended says how QEMU ended by itself.
func (m *machine) ended() error {
	text := fmt.Sprintf("qemu ended (%v)", m.process.ProcessState)
	if stderr := strings.TrimSpace(m.stderr.String()); stderr != "" {
		text += ": " + stderr
	}
	return errors.New(text)
}

// complaintLine is one in which the kernel says that something is broken. Its
// warnings begin with the processor, and since Linux 6.19 with the line of the
// source; see __warn in kernel/panic.c.
var complaintLine = regexp.MustCompile(`WARNING: (CPU: |\S+:\d+ at |at )|BUG: |Oops|Kernel panic|general protection fault|hard LOCKUP|rcu.*stall`)

// advice is what stands before a warning that speaks of a submission and not of
// the kernel: before Linux 6.1 the verifier gives this one when a tracing program
// uses a hash map with BPF_F_NO_PREALLOC, which works all the same.
const advice = "trace type BPF program uses run-time allocation"

// complaint is the first line in which the guest's kernel complained, without
// its time stamp, or nothing.
func (m *machine) complaint() string {
	before := ""
	for line := range strings.Lines(m.console()) {
		if complaintLine.MatchString(line) && !strings.Contains(before, advice) {
			_, text, found := strings.Cut(line, "] ")
			if !found {
				text = line
			}
			return strings.TrimSpace(text)
		}
		before = line
	}
	return ""
}

// console returns the end of what the guest's kernel has written.
func (m *machine) console() string {
	file, err := os.Open(filepath.Join(m.dir, consoleFile))
	if err != nil {
		return ""
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > consoleLimit {
		_, _ = file.Seek(-consoleLimit, io.SeekEnd)
	}
	text, _ := io.ReadAll(io.LimitReader(file, consoleLimit))
	return string(text)
}

// consoleLimit bounds what is read of a console, in bytes.
const consoleLimit = 64 << 10
