package local

import (
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/bpf"
)

// holder stops the processes of a control group each time they have attached a
// BPF program. It is loaded once and attached where it is needed.
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
	id, err := group.id()
	if err != nil {
		return err
	}
	if err := h.objects.Group.Set(id); err != nil {
		return err
	}
	for _, at := range []link.RawTracepointOptions{
		{Name: "sys_enter", Program: h.objects.Note},
		{Name: "sys_exit", Program: h.objects.Hold},
	} {
		l, err := link.AttachRawTracepoint(at)
		if err != nil {
			return errors.Join(fmt.Errorf("attach program that holds: %w", err), h.release())
		}
		h.links = append(h.links, l)
	}
	return nil
}

// release lets the processes attach what they like.
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
	if p.holder == nil {
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
