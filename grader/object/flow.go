package object

import (
	"slices"

	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
)

// origin is where what is in a register comes from.
type origin uint8

const (
	// fromAnywhere is what several paths brought; with an id, what one
	// instruction made.
	fromAnywhere origin = iota
	// fromNothing is what a register holds that nobody has written.
	fromNothing
	// fromConstant is a number, offset.
	fromConstant
	// fromContext is the address of the program's context, plus offset.
	fromContext
	// fromStack is an address on the stack, offset below its top.
	fromStack
	// fromMap is a map, and fromGlobal the address of its element 0 plus offset.
	fromMap
	fromGlobal
	// fromLookup is what a lookup in a map returned, plus offset.
	fromLookup
	// fromField is what was read at offset in the context.
	fromField
	// fromMemory is what was read through another register, and fromSum that
	// with something added.
	fromMemory
	fromSum
	// fromCaller is the id of the current process or thread, or both.
	fromCaller
)

// register is what is known of a register.
type register struct {
	origin
	offset int64
	// name is that of the map.
	name string
	// id is the same for all copies of what one instruction made.
	id int
	// base is the id of what was read through, at offset, size bytes.
	base int
	size asm.Size
	// through is the origin of what was read through.
	through origin
}

// mayBeStack tells whether the register can hold an address on the stack.
func (r register) mayBeStack() bool { return r.origin == fromStack || r.several() }

// several tells that the register holds what one of several paths brought.
func (r register) several() bool { return r.origin == fromAnywhere && r.id == 0 }

// isAddress tells whether a constant can be added to the register.
func (r register) isAddress() bool {
	switch r.origin {
	case fromContext, fromStack, fromGlobal, fromLookup:
		return true
	}
	return false
}

// step is an instruction and what is known of the registers before it.
type step struct {
	ins asm.Instruction
	// offset counts as the verifier does.
	offset int
	// function counts those of a program.
	function int
	state
}

// maxFlow bounds the instructions of a program that is followed. Those of an
// exercise have some hundred.
const maxFlow = 20_000

// state is what is known of the registers at a place.
type state struct {
	registers [11]register
	// tested tells, by id, what was compared with something before.
	tested map[int]bool
}

// flow follows a program's instructions in their order. Where paths meet, what
// all of them bring is kept; where one comes from further down, nothing is. So
// what is known is certain, and holds on every path. Of a program that is longer
// than maxFlow there are no steps.
func (p *Program) flow() []step {
	if len(p.instructions) > maxFlow {
		return nil
	}
	targets := p.targets()
	incoming := make(map[int][]state)
	var steps []step
	s := step{function: -1}
	next, falls := 1, false
	for iter := p.instructions.Iterate(); iter.Next(); {
		ins, offset := *iter.Ins, int(iter.Offset)
		target, met := targets[offset]
		switch {
		case btf.FuncMetadata(iter.Ins) != nil || len(steps) == 0:
			s = step{function: s.function + 1, state: entry(s.function + 1)}
		case met && target.fromBelow:
			s.state = state{}
		case met:
			if falls {
				incoming[offset] = append(incoming[offset], s.state)
			}
			s.state = merge(incoming[offset], &next)
		case !falls: // it is never reached
			s.state = state{}
		}
		s.registers[asm.RFP] = register{origin: fromStack}
		s.ins, s.offset = ins, offset
		steps = append(steps, s)
		s.execute(&next)
		op := ins.OpCode.JumpOp()
		falls = op != asm.Exit && op != asm.Ja
		if to, jumps := p.jump(iter.Ins, offset); jumps {
			incoming[to] = append(incoming[to], s.state)
		}
	}
	return steps
}

// entry is what is known where a function begins. The first one's argument is
// the context.
func entry(function int) state {
	var s state
	for r := range s.registers {
		s.registers[r] = register{origin: fromNothing}
	}
	if function == 0 {
		s.registers[asm.R1] = register{origin: fromContext}
		return s
	}
	for _, r := range arguments {
		s.registers[r] = register{}
	}
	return s
}

// merge is what is known where several paths meet.
func merge(paths []state, next *int) state {
	if len(paths) == 0 {
		return state{}
	}
	merged := paths[0]
	for _, path := range paths[1:] {
		for r := range merged.registers {
			a, b := merged.registers[r], path.registers[r]
			switch {
			case a == b:
			case a.mayBeStack() || b.mayBeStack():
				merged.registers[r] = register{}
			default:
				*next++
				merged.registers[r] = register{id: *next}
			}
		}
		both := make(map[int]bool)
		for id := range merged.tested {
			if path.tested[id] {
				both[id] = true
			}
		}
		merged.tested = both
	}
	return merged
}

// target is an instruction that jumps lead to.
type target struct {
	// fromBelow tells that one of them comes from further down.
	fromBelow bool
}

// targets are the instructions that jumps lead to, by offset.
func (p *Program) targets() map[int]target {
	targets := make(map[int]target)
	for iter := p.instructions.Iterate(); iter.Next(); {
		if to, ok := p.jump(iter.Ins, int(iter.Offset)); ok {
			targets[to] = target{fromBelow: targets[to].fromBelow || to <= int(iter.Offset)}
		}
	}
	return targets
}

// jump tells where an instruction at an offset jumps to, if it does.
func (p *Program) jump(ins *asm.Instruction, offset int) (to int, jumps bool) {
	switch ins.OpCode.JumpOp() {
	case asm.InvalidJumpOp, asm.Call, asm.Exit:
		return 0, false
	case asm.Ja:
		if ins.OpCode.Class() == asm.Jump32Class {
			return offset + 1 + int(ins.Constant), true
		}
	}
	return offset + 1 + int(ins.Offset), true
}

// execute does to the registers what the instruction does.
func (s *step) execute(next *int) {
	ins := s.ins
	made := func(r register) register {
		*next++
		r.id = *next
		return r
	}
	if ins.Dst > asm.RFP || ins.Src > asm.RFP && !ins.OpCode.IsDWordLoad() {
		return
	}
	dst := &s.registers[ins.Dst]
	switch class := ins.OpCode.Class(); {
	case class.IsJump():
		s.jump(made)
	case ins.OpCode.IsDWordLoad():
		switch {
		case ins.Src == asm.PseudoMapValue:
			*dst = register{origin: fromGlobal, name: ins.Reference(), offset: int64(uint64(ins.Constant) >> 32)}
		case ins.IsLoadFromMap():
			*dst = register{origin: fromMap, name: ins.Reference()}
		default:
			*dst = register{origin: fromConstant, offset: ins.Constant}
		}
		*dst = made(*dst)
	case class == asm.LdXClass:
		base := s.registers[ins.Src]
		read := register{origin: fromMemory, base: base.id, offset: base.offset + int64(ins.Offset), size: ins.OpCode.Size(), through: base.origin}
		if base.origin == fromContext {
			read.origin = fromField
		}
		*dst = made(read)
	case class.IsALU():
		s.compute(made)
	case class == asm.StXClass && ins.OpCode.Mode() == asm.AtomicMode: // it can return what was there
		s.registers[ins.Src], s.registers[asm.R0] = made(register{}), made(register{})
	}
}

// jump does what a jump or a call does.
func (s *step) jump(made func(register) register) {
	ins := s.ins
	if ins.OpCode.JumpOp() != asm.Call {
		s.tested = withTested(s.tested, s.registers[ins.Dst].id)
		if ins.OpCode.Source() == asm.RegSource {
			s.tested = withTested(s.tested, s.registers[ins.Src].id)
		}
		return
	}
	result := register{}
	switch {
	case s.calls(asm.FnMapLookupElem) && s.registers[asm.R1].origin == fromMap:
		result = register{origin: fromLookup, name: s.registers[asm.R1].name}
	case s.calls(asm.FnGetCurrentPidTgid):
		result = register{origin: fromCaller}
	}
	for _, r := range arguments {
		s.registers[r] = register{origin: fromNothing}
	}
	s.registers[asm.R0] = made(result)
}

// withTested adds an id to a set that earlier steps share.
func withTested(tested map[int]bool, id int) map[int]bool {
	if id == 0 || tested[id] {
		return tested
	}
	more := map[int]bool{id: true}
	for id := range tested {
		more[id] = true
	}
	return more
}

// compute does what arithmetic does.
func (s *step) compute(made func(register) register) {
	ins := s.ins
	dst := &s.registers[ins.Dst]
	immediate := ins.OpCode.Source() == asm.ImmSource
	wide := ins.OpCode.Class() == asm.ALU64Class
	switch op := ins.OpCode.ALUOp(); {
	case op == asm.Mov && !immediate && (wide && ins.Offset == 0 || s.registers[ins.Src].origin == fromCaller):
		*dst = s.registers[ins.Src]
	case dst.origin == fromCaller && immediate && slices.Contains([]asm.ALUOp{asm.And, asm.LSh, asm.RSh, asm.ArSh}, op):
		// One of the two ids.
	case op == asm.Mov && immediate:
		*dst = made(register{origin: fromConstant, offset: ins.Constant})
	case (op == asm.Add || op == asm.Sub) && (dst.origin == fromMemory || dst.origin == fromSum):
		dst.origin = fromSum
	case op == asm.Add && immediate && wide && dst.isAddress():
		dst.offset += ins.Constant
	case dst.several() && op != asm.Mov, !immediate && s.registers[ins.Src].several():
		*dst = register{}
	default:
		*dst = made(register{})
	}
}

// Arguments are the registers in which a helper gets its arguments.
var arguments = []asm.Register{asm.R1, asm.R2, asm.R3, asm.R4, asm.R5}

// ContextEnd returns the line of a program that reads farthest in its
// context, and the end of that in bytes. It is false when there is none, or the
// object does not tell its lines.
func (o *Object) ContextEnd(program string) (line Line, end int, found bool) {
	for i := range o.Programs {
		if o.Programs[i].Name != program {
			continue
		}
		at := -1
		for _, s := range o.Programs[i].flow() {
			if s.ins.OpCode.Class() != asm.LdXClass || s.of(s.ins.Src).origin != fromContext {
				continue
			}
			if n := int(s.of(s.ins.Src).offset) + int(s.ins.Offset) + s.ins.OpCode.Size().Sizeof(); n > end {
				at, end = s.offset, n
			}
		}
		if at >= 0 {
			line, found = o.Line(program, at)
		}
	}
	return line, end, found
}
