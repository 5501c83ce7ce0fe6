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
// BPF program.
type holder struct {
	objects bpf.HoldObjects
	links   []link.Link
}

func newHolder(group *cgroup) (*holder, error) {
	id, err := group.id()
	if err != nil {
		return nil, err
	}
	spec, err := bpf.LoadHold()
	if err != nil {
		return nil, err
	}
	if err := spec.Variables[bpf.HoldVarGroup].Set(id); err != nil {
		return nil, err
	}
	h := &holder{}
	if err := spec.LoadAndAssign(&h.objects, nil); err != nil {
		return nil, fmt.Errorf("load program that holds: %w", err)
	}
	for _, at := range []link.RawTracepointOptions{
		{Name: "sys_enter", Program: h.objects.Note},
		{Name: "sys_exit", Program: h.objects.Hold},
	} {
		l, err := link.AttachRawTracepoint(at)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("attach program that holds: %w", err), h.close())
		}
		h.links = append(h.links, l)
	}
	return h, nil
}

func (h *holder) close() error {
	var errs []error
	for _, l := range h.links {
		errs = append(errs, l.Close())
	}
	return errors.Join(append(errs, h.objects.Close())...)
}

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
