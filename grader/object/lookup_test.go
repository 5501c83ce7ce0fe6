package object

import (
	"testing"

	"github.com/cilium/ebpf/asm"
	"github.com/stretchr/testify/assert"
)

func TestReturnsWhenFound(t *testing.T) {
	lookUp := func(name string, rest ...asm.Instruction) asm.Instructions {
		insns := asm.Instructions{
			asm.Mov.Reg(asm.R2, asm.RFP),
			asm.Add.Imm(asm.R2, -4),
			asm.LoadMapPtr(asm.R1, 0).WithReference(name),
			asm.FnMapLookupElem.Call(),
		}
		return append(insns, rest...)
	}
	// jump goes to an offset in units of 8 bytes from the next instruction.
	jump := func(op asm.JumpOp, offset int16) asm.Instruction {
		ins := op.Imm(asm.R0, 0, "")
		ins.Offset = offset
		return ins
	}
	always := func(offset int16) asm.Instruction {
		ins := asm.Ja.Label("")
		ins.Offset = offset
		return ins
	}
	work := asm.StoreImm(asm.RFP, -8, 1, asm.Word)
	zero, ret := asm.Mov.Imm(asm.R0, 0), asm.Return()
	for name, test := range map[string]struct {
		insns asm.Instructions
		want  bool
	}{
		"jumps to the end when found":        {lookUp("counter", jump(asm.JNE, 1), work, zero, ret), true},
		"a wide instruction between":         {lookUp("counter", jump(asm.JNE, 2), asm.LoadImm(asm.R1, 1<<40, asm.DWord), zero, ret), true},
		"goes on to the end when found":      {lookUp("counter", jump(asm.JEq, 2), zero, ret, work, zero, ret), true},
		"by way of another jump":             {lookUp("counter", jump(asm.JEq, 1), always(1), work, zero, ret), true},
		"jumps to the end when not found":    {lookUp("counter", jump(asm.JEq, 1), work, zero, ret), false},
		"jumps to its work when found":       {lookUp("counter", jump(asm.JNE, 2), zero, ret, work, zero, ret), false},
		"of another map":                     {lookUp("seen", jump(asm.JNE, 1), work, zero, ret), false},
		"compared with something else":       {lookUp("counter", asm.JNE.Imm(asm.R0, 7, ""), work, zero, ret), false},
		"not tested":                         {lookUp("counter", zero, ret), false},
		"the call is the last":               {lookUp("counter"), false},
		"a jump to nowhere":                  {lookUp("counter", jump(asm.JNE, 100), zero, ret), false},
		"a jump into a wide instruction":     {lookUp("counter", jump(asm.JNE, 1), asm.LoadImm(asm.R1, 1<<40, asm.DWord), zero, ret), false},
		"a jump to itself":                   {lookUp("counter", jump(asm.JEq, 1), always(-1), work, zero, ret), false},
		"no lookup":                          {asm.Instructions{zero, ret}, false},
		"nothing":                            {nil, false},
		"another argument since the address": {append(lookUp("counter")[:3], asm.Mov.Reg(asm.R1, asm.R6), asm.FnMapLookupElem.Call(), jump(asm.JNE, 1), work, zero, ret), false},
	} {
		t.Run(name, func(t *testing.T) {
			p := Program{instructions: test.insns}
			assert.Equal(t, test.want, p.ReturnsWhenFound("counter"))
		})
	}
}
