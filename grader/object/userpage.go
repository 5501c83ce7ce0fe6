package object

import (
	"slices"
	"strings"

	"github.com/cilium/ebpf/asm"
)

// entersCall tells whether the hook is reached at the entry of a system call,
// before the kernel has looked at its arguments.
func (h Hook) entersCall() bool {
	switch h.Kind {
	case Tracepoint:
		return strings.HasPrefix(h.Target, "syscalls/sys_enter_")
	case RawTracepoint, TracepointBTF:
		return h.event() == "sys_enter"
	case Ksyscall:
		return true
	case Kprobe, KprobeMulti, Fentry:
		return strings.HasPrefix(h.Target, "__x64_sys_") || strings.HasPrefix(h.Target, "__arm64_sys_")
	}
	return false
}

// coldPage finds memory of the process that is read where it may not be there yet,
// by a program that does not look whether it was.
func (o *Object) coldPage(p *Program, steps []step) (int, Remark) {
	if !p.Hook.entersCall() {
		return -1, Remark{}
	}
	for i, s := range steps[:max(0, len(steps)-1)] {
		if !s.calls(asm.FnProbeReadUser, asm.FnProbeReadUserStr) {
			continue
		}
		result := steps[i+1].of(asm.R0)
		if result.id == 0 || slices.ContainsFunc(steps[i+1:], func(s step) bool { return s.uses(result.id) }) {
			continue
		}
		return i, Remark{
			ID:      "cold-user-page",
			Message: "At the entry of a system call the page that an argument points to may not be in memory yet: the helper then returns -14 (EFAULT) and reads nothing, and nobody looks at what it returns. Do so, or read at the exit of the call, when the kernel has fetched the page.",
		}
	}
	return -1, Remark{}
}

// uses tells whether a step does anything with what has an id.
func (s *step) uses(id int) bool {
	is := func(r asm.Register) bool { return s.of(r).id == id }
	op := s.ins.OpCode
	byRegister := op.Source() == asm.RegSource
	switch class := op.Class(); {
	case class == asm.LdXClass:
		return is(s.ins.Src)
	case class == asm.StClass:
		return is(s.ins.Dst)
	case class == asm.StXClass:
		return is(s.ins.Src) || is(s.ins.Dst)
	case op.JumpOp() == asm.Exit:
		return is(asm.R0)
	case op.JumpOp() == asm.Call:
		return slices.ContainsFunc(arguments, is)
	case class.IsJump():
		return is(s.ins.Dst) || byRegister && is(s.ins.Src)
	case class.IsALU() && op.ALUOp() == asm.Mov:
		return byRegister && is(s.ins.Src)
	case class.IsALU():
		return is(s.ins.Dst) || byRegister && is(s.ins.Src)
	}
	return false
}
