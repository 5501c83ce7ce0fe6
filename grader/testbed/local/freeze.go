package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

var signals = map[testbed.Signal]unix.Signal{
	testbed.SignalInterrupt: unix.SIGINT,
	testbed.SignalTerminate: unix.SIGTERM,
}

// signal sends a signal to the program's group, unless it has ended.
func (p *program) signal(signal unix.Signal) error {
	if err := unix.Kill(-p.cmd.Process.Pid, signal); err != nil && err != unix.ESRCH {
		return fmt.Errorf("send %s: %w", unix.SignalName(signal), err)
	}
	return nil
}

// interruptTimeout bounds how long a program is looked at for a wait that a
// signal can interrupt.
const interruptTimeout = time.Second

// interrupt sends a signal that ends the program so that it interrupts what the
// program waits in. A program may wait a hundred milliseconds at a time, and
// what an interrupted wait is to it would be seen but for the few times when the
// signal comes in between. So it is stopped first: a call that is stopped in a
// wait goes on or is interrupted depending on what comes next. Where that makes
// a difference to the program, because it has other threads, or takes the signal
// without a handler, it is not done.
func (p *program) interrupt(ctx context.Context, signal unix.Signal) error {
	if err := p.goOn(); err != nil {
		return err
	}
	if threads, err := p.group.threads(); err != nil || len(threads) != 1 || !p.handles(signal) {
		return p.signal(signal)
	}
	calls, err := p.holder.watch(p.group)
	if err != nil {
		return err
	}
	defer calls.Close()
	for s := newSpan(); !s.over(interruptTimeout) && p.exited() == nil; {
		s.look()
		if !p.waits() {
			time.Sleep(programPoll)
			continue
		}
		if err := p.freeze(ctx); err != nil {
			return err
		}
		interrupted, err := p.holder.interrupted()
		if err != nil {
			return err
		}
		if interrupted {
			break
		}
		if err := p.signal(unix.SIGCONT); err != nil {
			return err
		}
	}
	return errors.Join(p.signal(signal), p.signal(unix.SIGCONT))
}

// handles tells whether the program's first thread has a handler for a signal
// and does not keep it waiting.
func (p *program) handles(signal unix.Signal) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return false
	}
	bit := uint64(1) << (signal - 1)
	return signalSet(text, caughtSignals)&bit != 0 && signalSet(text, blockedSignals)&bit == 0
}

// Sets of signals in the status of a process; see proc(5).
var (
	caughtSignals  = regexp.MustCompile(`(?m)^SigCgt:\t([0-9a-f]+)$`)
	blockedSignals = regexp.MustCompile(`(?m)^SigBlk:\t([0-9a-f]+)$`)
)

func signalSet(status []byte, line *regexp.Regexp) uint64 {
	m := line.FindSubmatch(status)
	if m == nil {
		return 0
	}
	set, _ := strconv.ParseUint(string(m[1]), 16, 64)
	return set
}

// blockTimeout bounds how long a program whose output is blocked is waited for
// until it prints, as it may look for records from time to time.
const blockTimeout = 5 * time.Second

// freeze stops the program where it waits, if it does.
func (p *program) freeze(ctx context.Context) error {
	where, within := p.waits, busyStable
	if p.output.blocked {
		where, within = p.prints, blockTimeout
	}
	for s := newSpan(); !where() && p.exited() == nil && !s.over(within); s.look() {
		time.Sleep(programPoll)
	}
	if err := p.signal(unix.SIGSTOP); err != nil {
		return err
	}
	// A thread that runs goes on until its processor has heard of the signal.
	return await(ctx, p.halted)
}

// await waits until something holds.
func await(ctx context.Context, holds func() bool) error {
	for !holds() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(programPoll):
		}
	}
	return nil
}

// goOn lets the program and its output go on.
func (p *program) goOn() error {
	return errors.Join(p.signal(unix.SIGCONT), p.output.unblock())
}

// halted tells whether all threads of the first process are stopped or have
// ended.
func (p *program) halted() bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", p.cmd.Process.Pid))
	return err == nil && !slices.ContainsFunc(threads, func(status string) bool {
		text, err := os.ReadFile(status)
		return err == nil && !haltedThread.Match(text)
	})
}

// haltedThread is a line in the status of a thread that is stopped or has
// ended; see proc(5).
var haltedThread = regexp.MustCompile(`(?m)^State:\t[TZX]`)
