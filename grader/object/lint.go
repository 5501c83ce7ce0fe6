package object

import (
	"bytes"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strings"

	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
)

// Remark is something in an object that a student should know of, whether it
// loads or not. It is certain.
type Remark struct {
	// ID is that of the mistake.
	ID string
	// Message is one sentence or more.
	Message string
	// Line is where, as "file:line", or empty.
	Line string
}

// Remarks looks at an object without running it. Names in a remark come from the
// object and can be hostile.
func (o *Object) Remarks() []Remark {
	var remarks []Remark
	if o.License == "" {
		remarks = append(remarks, Remark{
			ID:      "missing-license",
			Message: `The object declares no licence, so that most helpers are closed to it: char LICENSE[] SEC("license") = "GPL";`,
		})
	}
	used := make(map[string]bool)
	for i := range o.Programs {
		p := &o.Programs[i]
		for _, ins := range p.instructions {
			used[ins.Reference()] = true
		}
		remarks = append(remarks, o.remarksOn(p)...)
	}
	for _, m := range o.Maps {
		if !used[m.Name] && !strings.HasPrefix(m.Name, ".") && !m.initialised {
			remarks = append(remarks, Remark{ID: "unused-map", Message: fmt.Sprintf("No program of the object uses the map %s.", m.Name)})
		}
	}
	return once(remarks)
}

// remarksOn looks at a program. There is one remark of a kind.
func (o *Object) remarksOn(p *Program) []Remark {
	steps := p.flow()
	var remarks []Remark
	for _, look := range []func(*Program, []step) (int, Remark){
		o.wrongContext, o.printkSpecifier, o.userPointer, o.coldPage, o.byteOrder, o.nonatomic, o.keyedByCaller, o.unchecked, o.uninitialised,
	} {
		at, remark := look(p, steps)
		if at < 0 {
			continue
		}
		if line, ok := o.Line(p.Name, steps[at].offset); ok {
			remark.Line = line.String()
		}
		remarks = append(remarks, remark)
	}
	return remarks
}

// once drops remarks on the same line: a function that is part of several
// programs.
func once(remarks []Remark) []Remark {
	var kept []Remark
	for _, r := range remarks {
		if !slices.ContainsFunc(kept, func(k Remark) bool { return k.ID == r.ID && k.Line == r.Line && k.Line != "" }) {
			kept = append(kept, r)
		}
	}
	return kept
}

// readsContext is the first step that reads what the context points to, or -1.
func readsContext(steps []step) int {
	return slices.IndexFunc(steps, func(s step) bool {
		return s.ins.OpCode.Class() == asm.LdXClass && s.of(s.ins.Src).origin == fromContext
	})
}

// wrongContext finds a program that reads its context through the structure of
// another kind of hook.
func (o *Object) wrongContext(p *Program, steps []step) (int, Remark) {
	function := btf.FuncMetadata(&p.instructions[0])
	at := readsContext(steps)
	if function == nil || at < 0 {
		return -1, Remark{}
	}
	proto, ok := btf.UnderlyingType(function.Type).(*btf.FuncProto)
	if !ok || len(proto.Params) == 0 {
		return -1, Remark{}
	}
	pointer, ok := btf.UnderlyingType(proto.Params[0].Type).(*btf.Pointer)
	if !ok {
		return -1, Remark{}
	}
	name := structName(pointer.Target)
	event := strings.HasPrefix(name, "trace_event_raw_")
	want := ""
	switch p.Hook.Kind {
	case Kprobe, Kretprobe, KprobeMulti, KretprobeMulti, Ksyscall, Kretsyscall, Uprobe, Uretprobe:
		if event || name == "bpf_raw_tracepoint_args" {
			want = "struct pt_regs"
		}
	case Tracepoint:
		if name == "pt_regs" || name == "bpf_raw_tracepoint_args" {
			want = "the structure of its event, such as struct trace_event_raw_sys_enter"
		}
	case RawTracepoint:
		if event || name == "pt_regs" {
			want = "struct bpf_raw_tracepoint_args"
		}
	}
	if want == "" {
		return -1, Remark{}
	}
	return at, Remark{
		ID:      "wrong-context-type",
		Message: fmt.Sprintf("The program %s is %s and takes its context for a struct %s, so it reads other things than it means: the context is %s.", p.Name, p.Hook, name, want),
	}
}

// calls tells whether a step calls one of some helpers.
func (s *step) calls(helpers ...asm.BuiltinFunc) bool {
	return s.ins.IsBuiltinCall() && slices.Contains(helpers, asm.BuiltinFunc(s.ins.Constant))
}

// specifier matches what bpf_printk knows of no kernel's; see bpf_bprintf_prepare
// in kernel/bpf/helpers.c.
var specifier = regexp.MustCompile(`%[-+ #0-9.]*l{0,2}([fFeEgGaAon])`)

func (o *Object) printkSpecifier(_ *Program, steps []step) (int, Remark) {
	for i, s := range steps {
		format := s.registers[asm.R1]
		if !s.calls(asm.FnTracePrintk, asm.FnTraceVprintk) || format.origin != fromGlobal {
			continue
		}
		text := strings.ReplaceAll(o.text(format), "%%", "")
		if m := specifier.FindString(text); m != "" {
			return i, Remark{
				ID:      "printk-specifier",
				Message: fmt.Sprintf("bpf_printk does not know %s, and prints nothing at all: it has %%d, %%u, %%x, with l or ll for 8 bytes, and %%s.", m),
			}
		}
	}
	return -1, Remark{}
}

// text is the string in the object's data to which a register points.
func (o *Object) text(r register) string {
	data := o.data[r.name]
	if r.offset < 0 || r.offset >= int64(len(data)) {
		return ""
	}
	text, _, _ := bytes.Cut(data[r.offset:], []byte{0})
	return string(text)
}

// argumentsAt is where the arguments begin in the context of a tracepoint on the
// entry of a system call.
const argumentsAt = 16

func (o *Object) userPointer(p *Program, steps []step) (int, Remark) {
	if p.Hook.Kind != Tracepoint || !strings.HasPrefix(p.Hook.Target, "syscalls/sys_enter_") {
		return -1, Remark{}
	}
	for i, s := range steps {
		from := s.registers[asm.R3]
		if s.calls(asm.FnProbeReadKernel, asm.FnProbeReadKernelStr) && from.origin == fromField && from.offset >= argumentsAt {
			return i, Remark{
				ID:      "user-pointer-kernel-read",
				Message: "An argument of a system call points into the memory of the process, which is read with bpf_probe_read_user or bpf_probe_read_user_str.",
			}
		}
	}
	return -1, Remark{}
}

// wellKnown are ports and kinds of packets that are compared with.
var wellKnown = []int64{22, 25, 53, 67, 80, 123, 443, 8080, 0x0800, 0x0806, 0x8100, 0x86dd}

// byteOrder finds two bytes of a packet that are compared with a well-known
// number as they lie.
func (o *Object) byteOrder(p *Program, steps []step) (int, Remark) {
	kind, _, _ := strings.Cut(p.Hook.Section, "/")
	if !slices.Contains([]string{"xdp", "xdp.frags", "tc", "tcx", "classifier"}, kind) {
		return -1, Remark{}
	}
	for i, s := range steps {
		switch s.ins.OpCode.JumpOp() {
		case asm.JEq, asm.JNE:
		default:
			continue
		}
		r, n := s.of(s.ins.Dst), s.ins.Constant
		if s.ins.OpCode.Source() != asm.ImmSource || r.origin != fromMemory || r.through != fromAnywhere && r.through != fromField || r.size != asm.Half || !slices.Contains(wellKnown, n) {
			continue
		}
		return i, Remark{
			ID:      "byte-order",
			Message: fmt.Sprintf("Two bytes of the packet are compared with %d as they lie, which stands for %d there: numbers in packets are in network byte order, so compare with bpf_htons(%d).", n, bits.ReverseBytes16(uint16(n)), n),
		}
	}
	return -1, Remark{}
}

// nonatomic finds what is read, added to and written back in an element that all
// processors share: those of an array, and global variables.
func (o *Object) nonatomic(_ *Program, steps []step) (int, Remark) {
	for i, s := range steps {
		if s.ins.OpCode.Class() != asm.StXClass || s.ins.OpCode.Mode() != asm.MemMode {
			continue
		}
		to, sum := s.of(s.ins.Dst), s.of(s.ins.Src)
		if to.origin != fromGlobal && !(to.origin == fromLookup && o.mapType(to.name) == "Array") {
			continue
		}
		if sum.origin == fromSum && sum.base == to.id && sum.offset == to.offset+int64(s.ins.Offset) && sum.size == s.ins.OpCode.Size() {
			return i, Remark{
				ID:      "nonatomic-update",
				Message: "Two processors that add at the same time lose one of both: __sync_fetch_and_add, or a per-CPU map, loses nothing.",
			}
		}
	}
	return -1, Remark{}
}

// mapType is the type of a map, or empty.
func (o *Object) mapType(name string) string {
	for _, m := range o.Maps {
		if m.Name == name {
			return m.Type
		}
	}
	return ""
}

// unchecked finds an element of an array that is used and was never compared
// with NULL.
func (o *Object) unchecked(_ *Program, steps []step) (int, Remark) {
	for i, s := range steps {
		var through asm.Register
		switch s.ins.OpCode.Class() {
		case asm.LdXClass:
			through = s.ins.Src
		case asm.StClass, asm.StXClass:
			through = s.ins.Dst
		default:
			continue
		}
		r := s.of(through)
		if r.origin == fromLookup && strings.HasSuffix(o.mapType(r.name), "Array") && !s.tested[r.id] {
			return i, Remark{
				ID:      "null-check-elided",
				Message: `The pointer is used without a check. This kernel sees that it cannot be NULL, Linux 6.12 and older do not: write "if (!v) return 0;".`,
			}
		}
	}
	return -1, Remark{}
}
