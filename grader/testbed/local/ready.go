package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// waitingCalls are the system calls in which a process waits until something
// happens or time has passed. A process that attaches a program waits as well,
// but in other calls.
var waitingCalls = []int{
	unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_PAUSE, unix.SYS_RESTART_SYSCALL,
	unix.SYS_POLL, unix.SYS_PPOLL, unix.SYS_SELECT, unix.SYS_PSELECT6,
	unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2,
	unix.SYS_RT_SIGTIMEDWAIT, unix.SYS_RT_SIGSUSPEND,
	unix.SYS_READ, unix.SYS_FUTEX, unix.SYS_WAIT4, unix.SYS_WAITID, unix.SYS_IO_URING_ENTER,
}

// A program that never waits, because it asks again and again whether it should
// end, counts as ready when nothing was attached or detached for busyStable.
const busyStable = 500 * time.Millisecond

// busyList is how often the kernel's lists are read while a program runs: that
// takes time from the program where both share a processor.
const busyList = 50 * time.Millisecond

// awaitReady waits until the program is held, or is ready: it has attached
// something, nothing more was attached since it was looked at last, and it
// waits. One that forks without end is not waited for.
func (p *program) awaitReady(ctx context.Context, within time.Duration) (*testbed.Running, error) {
	var last []testbed.Attachment
	all, unchanged, listed := newSpan(), newSpan(), time.Time{}
	for ; ; time.Sleep(programPoll) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		all.look()
		unchanged.look()
		exit, waits, held := p.exited(), p.waits(), p.held()
		if exit == nil && !waits && !held && time.Since(listed) < busyList {
			continue
		}
		listed = time.Now()
		now, err := listKernelObjects()
		if err != nil {
			return nil, err
		}
		links, err := p.attachments(now)
		if err != nil {
			return nil, err
		}
		if held {
			since, err := p.heldSince()
			if err != nil {
				return nil, err
			}
			return p.running(now, links, &testbed.Running{Held: true, HeldSince: since})
		}
		if !slices.Equal(links, last) {
			last, unchanged = links, newSpan()
		} else if len(links) > 0 && exit == nil && (waits || unchanged.over(busyStable)) {
			return p.running(now, links, &testbed.Running{Ready: true})
		}
		if exit != nil || all.over(within) || p.group.forked() {
			return p.running(now, links, &testbed.Running{Exit: exit})
		}
	}
}

// running adds what the program has in the kernel to how it is.
func (p *program) running(now *kernelObjects, links []testbed.Attachment, r *testbed.Running) (*testbed.Running, error) {
	r.Links = links
	var err error
	if r.Programs, err = now.newPrograms(p.before); err != nil {
		return nil, err
	}
	if r.Maps, err = now.newMaps(p.before); err != nil {
		return nil, err
	}
	if r.Buffers, err = p.buffers(); err != nil {
		return nil, err
	}
	if p.order {
		if r.LateBuffers, err = p.holder.late(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// waits tells whether every thread of the program waits for something.
func (p *program) waits() bool {
	waits := true
	err := p.eachCall(func(call int) bool {
		waits = slices.Contains(waitingCalls, call)
		return waits
	})
	return err == nil && waits
}

// printingCalls are the system calls in which a process waits until its terminal
// takes what it prints.
var printingCalls = []int{unix.SYS_WRITE, unix.SYS_WRITEV}

// prints tells whether a thread of the program waits to print, and the others
// wait as well.
func (p *program) prints() bool {
	prints, wait := false, true
	err := p.eachCall(func(call int) bool {
		if slices.Contains(printingCalls, call) {
			prints = true
		} else {
			wait = slices.Contains(waitingCalls, call)
		}
		return wait
	})
	return err == nil && prints && wait
}

// eachCall calls do with the number of the system call in which each thread of
// the program is, or a negative number for one that runs, until do returns false.
func (p *program) eachCall(do func(call int) bool) error {
	threads, err := p.group.threads()
	if err != nil {
		return err
	}
	for _, thread := range threads {
		// "running", or the number of a system call and its arguments.
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", thread))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return err
		}
		number, _, _ := strings.Cut(string(text), " ")
		call, err := strconv.Atoi(number)
		if err != nil {
			call = -1
		}
		if !do(call) {
			return nil
		}
	}
	return nil
}

// buffers finds the perf buffers that the program has mapped.
func (p *program) buffers() ([]int, error) {
	processes, err := p.group.processes()
	if err != nil {
		return nil, err
	}
	var sizes []int
	for _, process := range processes {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", process))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			if !strings.HasSuffix(strings.TrimSpace(line), "anon_inode:[perf_event]") {
				continue
			}
			var start, end int
			if _, err := fmt.Sscanf(line, "%x-%x ", &start, &end); err != nil {
				return nil, fmt.Errorf("read maps of process %d: %w", process, err)
			}
			sizes = append(sizes, end-start-os.Getpagesize())
		}
	}
	return sizes, nil
}

// leftovers waits until what the program had in the kernel is gone, for that
// takes the kernel a moment, and returns what stays.
func (p *program) leftovers(ctx context.Context) ([]testbed.Leftover, error) {
	deadline := time.Now().Add(resetDeadline)
	for {
		left, err := p.left()
		if err != nil {
			return nil, err
		}
		processes, err := p.group.processes()
		if err != nil {
			return nil, err
		}
		// Nothing goes while a process or a pin holds it.
		held := len(processes) > 0 || len(left) > 0 && left[0].Kind == "pin"
		if len(left) == 0 || held || time.Now().After(deadline) {
			for _, process := range processes {
				left = append(left, testbed.Leftover{Kind: "process", Name: processName(process), ID: uint32(process)})
			}
			return left, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(resetPoll):
		}
	}
}

func (p *program) left() ([]testbed.Leftover, error) {
	now, err := listKernelObjects()
	if err != nil {
		return nil, err
	}
	left, err := pinned()
	if err != nil {
		return nil, err
	}
	for _, id := range subtract(now.links, p.before.links) {
		left = append(left, testbed.Leftover{Kind: "link", ID: uint32(id)})
	}
	programs, err := now.newPrograms(p.before)
	if err != nil {
		return nil, err
	}
	for _, prog := range programs {
		left = append(left, testbed.Leftover{Kind: "program", Name: prog.Name, ID: prog.ID})
	}
	maps, err := now.newMaps(p.before)
	if err != nil {
		return nil, err
	}
	for _, m := range maps {
		left = append(left, testbed.Leftover{Kind: "map", Name: m.Name, ID: m.ID})
	}
	return left, nil
}

func processName(process int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", process))
	return strings.TrimSpace(string(text))
}
