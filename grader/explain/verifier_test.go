package explain

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestParseLog(t *testing.T) {
	t.Run("Linux 6.12", func(t *testing.T) {
		r := parse(`0: R1=ctx() R10=fp0
; u64 *v = lookup(&values, &key); @ prog.bpf.c:12
3: (79) r6 = *(u64 *)(r1 +16)         ; R1=ctx() R6_w=scalar()
4: (18) r1 = 0xff1889010f58f000       ; R1_w=map_ptr(map=values,ks=4,vs=8)
6: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,map=values,ks=4,vs=8)
7: (15) if r0 == 0x0 goto pc+3        ; R0_w=map_value(map=values,ks=4,vs=8,var_off=(0x0; 0xff))
;  @ prog.bpf.c:0
8: (bf) r7 = r6                       ; R6=scalar(id=2) R7_w=scalar(id=2)
9: (79) r1 = *(u64 *)(r7 +0)
R7 invalid mem access 'scalar'
processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`)
		assert.Equal(t, []string{"R7 invalid mem access 'scalar'"}, r.reasons)
		assert.Equal(t, "u64 *v = lookup(&values, &key);", r.source)
		assert.Equal(t, "prog.bpf.c:12", r.place)
		assert.Equal(t, 9, r.number)
		assert.Equal(t, "(79) r1 = *(u64 *)(r7 +0)", r.instruction)
		assert.False(t, r.looped)
		assert.Equal(t, register{"map_value(map=values,ks=4,vs=8,var_off=(0x0; 0xff))", "(85) call bpf_map_lookup_elem#1"}, r.registers[0])
		assert.Equal(t, register{}, r.registers[1], "lost in the call")
		assert.Equal(t, register{"scalar(id=2)", "(79) r6 = *(u64 *)(r1 +16)"}, r.registers[7], "copied")
	})

	t.Run("Linux 5.10", func(t *testing.T) {
		r := parse(`func#0 @0
0: R1=ctx(id=0,off=0,imm=0) R10=fp0
0: (79) r6 = *(u64 *)(r1 +16)
1: (b7) r2 = 0
2: (7b) *(u64 *)(r10 -8) = r6
3: (bf) r1 = r10
4: (07) r1 += -8
5: (15) if r2 == 0x0 goto pc+1
last_idx 5 first_idx 0
regs=4 stack=0 before 4: (07) r1 += -8
 R0_w=inv(id=0) R2=inv0 R10=fp0
6: (79) r3 = *(u64 *)(r10 -8)
7: (07) r3 += 8
8: (61) r0 = *(u32 *)(r3 +0)
 R2=inv0 R3_w=inv(id=0)
R3 invalid mem access 'inv'
processed 9 insns
`)
		assert.Equal(t, []string{"R3 invalid mem access 'inv'"}, r.reasons)
		assert.Equal(t, register{"inv0", "(b7) r2 = 0"}, r.registers[2])
		assert.Equal(t, register{"inv(id=0)", "(79) r6 = *(u64 *)(r1 +16)"}, r.registers[3], "put aside and taken back")
		assert.Equal(t, register{}, r.registers[1], "an address on the stack")
	})

	t.Run("another path", func(t *testing.T) {
		r := parse(`1: (79) r6 = *(u64 *)(r1 +16)
2: (15) if r0 == 0x0 goto pc+5
3: (b7) r6 = 1

from 2 to 8: R0=inv0 R6=inv(id=0) R10=fp0
8: (71) r3 = *(u8 *)(r6 +0)
R6 invalid mem access 'inv'
`)
		assert.Equal(t, register{"inv(id=0)", "(79) r6 = *(u64 *)(r1 +16)"}, r.registers[6], "as it was at the jump")
	})

	t.Run("what a helper wrote", func(t *testing.T) {
		r := parse(`1: (7b) *(u64 *)(r10 -8) = r1
2: (85) call bpf_probe_read_kernel#113
3: (79) r1 = *(u64 *)(r10 -8)
4: (61) r3 = *(u32 *)(r1 +4)
R1 invalid mem access 'inv'
`)
		assert.Equal(t, "(79) r1 = *(u64 *)(r10 -8)", r.registers[1].origin)
	})
}

func TestParseLoops(t *testing.T) {
	tests := map[string]struct {
		log    string
		looped bool
	}{
		"a loop":                    {"1: (07) r1 += 1\n2: (05) goto pc-2\n1: (07) r1 += 1\n", true},
		"another path":              {"1: (07) r1 += 1\n2: (05) goto pc+2\n\nfrom 2 to 1: R1=0\n1: (07) r1 += 1\n", false},
		"a function called twice":   {"1: (85) call pc+8\ncaller:\n R10=fp0\ncallee:\n frame1: R10=fp0\n9: (95) exit\nreturning from callee:\n frame1: R0=0\nto caller at 2:\n R0=0\n2: (85) call pc+7\ncaller:\n R10=fp0\ncallee:\n frame1: R10=fp0\n9: (95) exit\n", false},
		"a function that has one":   {"1: (85) call pc+8\ncaller:\ncallee:\n9: (05) goto pc-1\n9: (05) goto pc-1\n", true},
		"a loop that calls one":     {"1: (85) call pc+8\ncaller:\ncallee:\n9: (95) exit\nreturning from callee:\nto caller at 2:\n2: (05) goto pc-2\n1: (85) call pc+8\n", true},
		"a return without a call":   {"to caller at 2:\nto caller at 2:\n1: (95) exit\n", false},
		"a jump back, but only one": {"5: (05) goto pc-4\n2: (b7) r0 = 0\n", false},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			assert.Equal(t, test.looped, parse(test.log).looped)
		})
	}
}

// A log of a hundred megabytes takes no longer than one of a megabyte.
func TestParseTheEnd(t *testing.T) {
	line := "3: (07) r1 += 1                       ; R1_w=scalar(umin=1)\n"
	log := "0: (79) r6 = *(u64 *)(r1 +16)         ; R6_w=scalar()\n" + strings.Repeat(line, maxParsed/len(line)) +
		"4: (79) r1 = *(u64 *)(r6 +0)\nR6 invalid mem access 'scalar'\n"
	r := parse(log)
	assert.Equal(t, []string{"R6 invalid mem access 'scalar'"}, r.reasons)
	assert.Equal(t, register{}, r.registers[6], "what is before the end is not known")

	r = parse(strings.Repeat("x", 2*maxParsed))
	assert.Empty(t, r.reasons, "a line that does not end")
}

// TestDigest shows what matters of a long log: the lines on the path that was
// taken, and not those of another one.
func TestDigest(t *testing.T) {
	obj, err := object.Read("../object/testdata/access.bpf.o")
	require.NoError(t, err)
	log := "0: R1=ctx() R10=fp0\n" + strings.Repeat("12: (05) goto pc-1\n", 3) +
		"13: (15) if r0 == 0x0 goto pc+3        ; R0=map_value_or_null(id=1)\n17: (95) exit\n\n" +
		"from 13 to 25: R0=0 R10=fp0\n25: (79) r1 = *(u64 *)(r0 +0)\nR0 invalid mem access 'scalar'\nprocessed 9 insns\n"
	e := Load(&testbed.LoadError{Program: "handle", Message: "m", Log: log}, obj)
	lines := strings.Split(e.Log, "\n")
	assert.Equal(t, "the way there:", lines[0])
	assert.Contains(t, e.Log, "  access.bpf.c:44  message.count = 1;\n")
	assert.NotContains(t, e.Log, "access.bpf.c:47", "a line on another path")
	assert.Equal(t, []string{"instruction 25: (79) r1 = *(u64 *)(r0 +0)", "R0 is 0", "R0 invalid mem access 'scalar'"}, lines[len(lines)-3:])
	assert.Contains(t, e.FullLog, "17: (95) exit")
	assert.Equal(t, e.Line+"  ", lines[len(lines)-4][2:len(e.Line)+4], "the last line is the one that is named")
}
