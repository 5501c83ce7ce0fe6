package object

import (
	"slices"

	"github.com/cilium/ebpf/asm"
)

// stackSize is how much stack a function can have, in bytes.
const stackSize = 512

// frame is what is known of the stack of a function.
type frame struct {
	// set are the bytes that some instruction writes, by their distance below
	// the top.
	set [stackSize + 1]bool
	// unknown tells that more may be written than that.
	unknown bool
}

func (f *frame) write(offset int64, size int) {
	for at := offset; at < offset+int64(size); at++ {
		if at >= -stackSize && at < 0 {
			f.set[-at] = true
		}
	}
}

// readers are the helpers that only read what their arguments point to.
var readers = []asm.BuiltinFunc{
	asm.FnMapLookupElem, asm.FnMapUpdateElem, asm.FnMapDeleteElem,
	asm.FnPerfEventOutput, asm.FnRingbufOutput, asm.FnTracePrintk,
}

// uninitialised finds bytes of the stack that are read and no instruction
// of the function writes.
func (o *Object) uninitialised(_ *Program, steps []step) (int, Remark) {
	frames := frames(steps)
	for i, s := range steps {
		f := frames[s.function]
		if f.unknown {
			continue
		}
		for _, read := range o.reads(s) {
			for at := read.offset; at < read.offset+int64(read.size) && at < 0; at++ {
				if at >= -stackSize && !f.set[-at] {
					return i, Remark{
						ID:      "uninitialised-stack",
						Message: `Some bytes of the variable that are read here are never set, perhaps those between two fields: set all of them first, with "= {}" or __builtin_memset. Older kernels refuse it.`,
					}
				}
			}
		}
	}
	return -1, Remark{}
}

// frames looks at all that is written to the stack of each function.
func frames(steps []step) []*frame {
	var frames []*frame
	for _, s := range steps {
		if s.function == len(frames) {
			frames = append(frames, &frame{})
		}
		f := frames[s.function]
		switch class := s.ins.OpCode.Class(); {
		case class == asm.StClass, class == asm.StXClass:
			f.store(s, class == asm.StXClass)
		case class.IsJump() && s.ins.OpCode.JumpOp() == asm.Call:
			f.call(s)
		case class.IsALU() && s.ins.OpCode.ALUOp() != asm.Mov && s.ins.OpCode.Source() == asm.RegSource:
			// An address with a distance that is not constant.
			f.unknown = f.unknown || s.of(s.ins.Dst).origin == fromStack || s.of(s.ins.Src).origin == fromStack
		}
	}
	return frames
}

// of is a register before the step.
func (s *step) of(r asm.Register) register {
	if int(r) >= len(s.registers) {
		return register{}
	}
	return s.registers[r]
}

// store notes what is written. An address on the stack that is itself stored can
// be written through later.
func (f *frame) store(s step, fromRegister bool) {
	to := s.of(s.ins.Dst)
	if to.origin == fromStack {
		f.write(to.offset+int64(s.ins.Offset), s.ins.OpCode.Size().Sizeof())
	}
	from := s.of(s.ins.Src)
	kept := fromRegister && from.mayBeStack()
	f.unknown = f.unknown || kept || to.several()
}

// call notes that a function may write to whatever it is given on the stack.
func (f *frame) call(s step) {
	if s.calls(readers...) {
		return
	}
	for _, r := range arguments {
		switch {
		case s.registers[r].origin == fromStack && s.ins.IsBuiltinCall():
			f.write(s.registers[r].offset, stackSize)
		case s.registers[r].origin == fromStack, s.registers[r].several():
			f.unknown = true
		}
	}
}

// piece is a part of the stack that is read.
type piece struct {
	offset int64
	size   int
}

// reads are the pieces that a call, or an instruction by itself, reads.
func (o *Object) reads(s step) []piece {
	if from := s.of(s.ins.Src); s.ins.OpCode.Class() == asm.LdXClass && from.origin == fromStack {
		return []piece{{from.offset + int64(s.ins.Offset), s.ins.OpCode.Size().Sizeof()}}
	}
	var reads []piece
	add := func(r asm.Register, size int) {
		if s.registers[r].origin == fromStack && size > 0 && size <= stackSize {
			reads = append(reads, piece{s.registers[r].offset, size})
		}
	}
	constant := func(r asm.Register) int {
		if s.registers[r].origin != fromConstant {
			return 0
		}
		return int(s.registers[r].offset)
	}
	if i := slices.IndexFunc(o.Maps, func(m Map) bool {
		return s.registers[asm.R1].origin == fromMap && m.Name == s.registers[asm.R1].name
	}); i >= 0 {
		m := o.Maps[i]
		switch {
		case s.calls(asm.FnMapUpdateElem):
			add(asm.R2, int(m.KeySize))
			add(asm.R3, int(m.ValueSize))
		case s.calls(asm.FnMapLookupElem, asm.FnMapDeleteElem):
			add(asm.R2, int(m.KeySize))
		}
	}
	switch {
	case s.calls(asm.FnPerfEventOutput):
		add(asm.R4, constant(asm.R5))
	case s.calls(asm.FnRingbufOutput):
		add(asm.R2, constant(asm.R3))
	}
	return reads
}
