package object

import (
	"github.com/cilium/ebpf/asm"
)

// ReturnsWhenFound tells whether the program looks something up in the map of
// that name, and returns at once when it was found: the test of the result is
// the wrong way round.
func (p *Program) ReturnsWhenFound(name string) bool {
	next, at := byOffset(p.instructions)
	argument := ""
	for i, ins := range p.instructions {
		switch {
		case ins.Dst == asm.R1 && ins.IsLoadFromMap():
			argument = ins.Reference()
		case ins.Dst == asm.R1:
			if class := ins.OpCode.Class(); class.IsALU() || class.IsLoad() {
				argument = ""
			}
		}
		lookup := ins.IsBuiltinCall() && asm.BuiltinFunc(ins.Constant) == asm.FnMapLookupElem
		if !lookup || argument != name || i+1 == len(p.instructions) {
			continue
		}
		test := p.instructions[i+1]
		if test.Dst != asm.R0 || test.Constant != 0 || test.OpCode.Source() != asm.ImmSource {
			continue
		}
		found := -1
		switch test.OpCode.JumpOp() {
		case asm.JEq:
			found = i + 2
		case asm.JNE:
			found = at(next[i+1] + int(test.Offset))
		}
		if found >= 0 && p.onlyReturns(found, next, at) {
			return true
		}
	}
	return false
}

// onlyReturns tells whether a program that continues at an instruction ends
// there without having done anything.
func (p *Program) onlyReturns(i int, next []int, at func(int) int) bool {
	for range len(p.instructions) {
		if i < 0 || i >= len(p.instructions) {
			return false
		}
		ins := p.instructions[i]
		switch {
		case ins.OpCode.JumpOp() == asm.Exit:
			return true
		case ins.OpCode.JumpOp() == asm.Ja:
			i = at(next[i] + int(ins.Offset))
		case ins.OpCode.Class().IsALU():
			i++
		default:
			return false
		}
	}
	return false
}

// byOffset returns the offset behind each instruction and a function that finds
// the instruction at an offset, or -1. Offsets count in units of 8 bytes, of
// which an instruction can take two.
func byOffset(insns asm.Instructions) (next []int, at func(int) int) {
	index := make(map[int]int)
	offset := 0
	for i, ins := range insns {
		index[offset] = i
		offset += int(ins.Width())
		next = append(next, offset)
	}
	return next, func(offset int) int {
		if i, ok := index[offset]; ok {
			return i
		}
		return -1
	}
}
