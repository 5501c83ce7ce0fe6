package local

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/bpf"
)

// holder stops the processes of a control group each time they have attached a
// BPF program, sees how their system calls end, and whether they make their perf
// buffers late. It is loaded once and attached where it is needed.
type holder struct {
	objects bpf.HoldObjects
	links   []link.Link
}

func loadHolder() (*holder, error) {
	h := &holder{}
	if err := bpf.LoadHoldObjects(&h.objects, nil); err != nil {
		return nil, fmt.Errorf("load program that holds: %w", err)
	}
	return h, nil
}

// hold begins to stop the processes of a group.
func (h *holder) hold(group *cgroup) error {
	if err := h.aim(group); err != nil {
		return err
	}
	return errors.Join(h.attach("sys_enter", h.objects.Note), h.attach("sys_exit", h.objects.Hold))
}

// order begins to see whether a group makes its perf buffers late; see late.
func (h *holder) order(group *cgroup) error {
	if err := errors.Join(h.aim(group), h.objects.Buffers.Set(bpf.HoldBufferingNOTHING)); err != nil {
		return err
	}
	return h.attach("sys_exit", h.objects.Order)
}

// attach attaches a program until release.
func (h *holder) attach(event string, program *ebpf.Program) error {
	l, err := attachTo(event, program)
	if err != nil {
		return err
	}
	h.links = append(h.links, l)
	return nil
}

// attachTo attaches a program until the link is closed.
func attachTo(event string, program *ebpf.Program) (link.Link, error) {
	l, err := link.AttachRawTracepoint(link.RawTracepointOptions{Name: event, Program: program})
	if err != nil {
		return nil, fmt.Errorf("attach program that looks at %s: %w", event, err)
	}
	return l, nil
}

// late tells whether the group that is looked at slept after it had attached
// something, and then made its first perf buffer.
func (h *holder) late() (bool, error) {
	var buffers bpf.HoldBuffering
	err := h.objects.Buffers.Get(&buffers)
	return buffers == bpf.HoldBufferingLATE, err
}

// aim has the programs look at a group.
func (h *holder) aim(group *cgroup) error {
	id, err := group.id()
	if err != nil {
		return err
	}
	return h.objects.Group.Set(id)
}

// watch begins to see how the system calls of a group end, until the link is
// closed.
func (h *holder) watch(group *cgroup) (link.Link, error) {
	if err := errors.Join(h.aim(group), h.objects.Returned.Set(int64(0))); err != nil {
		return nil, err
	}
	return attachTo("sys_exit", h.objects.End)
}

// interrupted tells whether the system call that ended last did so because of a
// signal. Some errors are for the kernel alone, which makes the call again; see
// include/linux/errno.h.
func (h *holder) interrupted() (bool, error) {
	const (
		restartSys = -512 - iota
		restartNoInterrupt
		restartNoHandler
		_
		restartBlock
	)
	var returned int64
	if err := h.objects.Returned.Get(&returned); err != nil {
		return false, err
	}
	return slices.Contains([]int64{-int64(unix.EINTR), restartSys, restartNoInterrupt, restartNoHandler, restartBlock}, returned), nil
}

// release lets the processes attach what they like, and no longer looks.
func (h *holder) release() error {
	var errs []error
	for _, l := range h.links {
		errs = append(errs, l.Close())
	}
	h.links = nil
	return errors.Join(errs...)
}

func (h *holder) close() error { return errors.Join(h.release(), h.objects.Close()) }

// stopped is the line of a stopped process in its status; see proc(5).
var stopped = regexp.MustCompile(`(?m)^State:\tT`)

// held tells whether the program is stopped.
func (p *program) held() bool {
	if !p.hold {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	return err == nil && stopped.Match(text)
}

// heldSince is when the call began that attached what is attached last.
func (p *program) heldSince() (since uint64, err error) {
	err = p.holder.objects.Since.Get(&since)
	return since, err
}

// id is what bpf_get_current_cgroup_id returns for the group's processes.
func (g *cgroup) id() (uint64, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(g.fd(), &stat); err != nil {
		return 0, err
	}
	return stat.Ino, nil
}
