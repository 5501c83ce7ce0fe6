package explain

import (
	"regexp"
	"strconv"
	"strings"
)

// rejection is what the verifier's log says about why it refused a program.
type rejection struct {
	// reasons are the last lines in which the verifier speaks of what is
	// wrong, in its order.
	reasons []string
	// source is the line of source it was at, place its file and number;
	// both are empty when the log does not tell.
	source, place string
	// instruction is the last instruction that it looked at, and number its
	// number.
	instruction string
	number      int
	// registers are what is known of each register when it was refused.
	registers [11]register
	// looped tells that a path went through an instruction twice.
	looped bool
	// way are the instructions that led there, the last one last.
	way *step

	// executed tells that registers are as after the instruction, not before.
	executed bool
	// stack holds the registers that were put aside, by offset.
	stack map[string]register
	// paths are the instructions that the present path went through, in the
	// function it is in and in those that called it.
	paths []map[int]bool
	// jumps are the registers at each jump, for the other path from there.
	jumps map[int]fork
}

// step is an instruction on a path, after those before it.
type step struct {
	number int
	before *step
}

// fork is how things were at a jump.
type fork struct {
	registers [11]register
	way       *step
}

// register is what is known of a register.
type register struct {
	// state is how the verifier printed it last, such as "scalar(umax=7)",
	// "inv0" before Linux 5.18, or "map_value(map=counter,ks=4,vs=8)". It is
	// empty when the register was written since: before Linux 5.16 the
	// verifier prints states rarely.
	state string
	// origin is the instruction that wrote it.
	origin string
}

// The verifier writes for each instruction
//
//	; (*count)++; @ prog.bpf.c:21
//	7: (79) r1 = *(u64 *)(r0 +0)          ; R0=map_value(map=counter,ks=4,vs=8) R1_w=scalar()
//
// with the place since Linux 6.8; then the reason; from Linux 7.3 on an
// explanation; and a summary.
var (
	sourceLine      = regexp.MustCompile(`^; ?(.*?)(?: @ (.*:\d+))?$`)
	instructionLine = regexp.MustCompile(`^(\d+): (\([0-9a-f]{2}\) [^;]*?)\s*(?:;(.*))?$`)
	stateLine       = regexp.MustCompile(`^(?:\d+: |from \d+ to \d+: |frame ?\d+: ?|cur state: |old state: )*R\d+(?:_\w+)?=`)
	registerState   = regexp.MustCompile(`\bR(\d+)(?:_\w+)?=((?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+)`)
	// branchLine begins another path, callLine and returnLine go into a
	// function and come back from it.
	branchLine = regexp.MustCompile(`^from (\d+) to \d+`)
	callLine   = regexp.MustCompile(`^callee:$`)
	returnLine = regexp.MustCompile(`^to caller at \d+:$`)
	// otherLine are remarks that are no reasons.
	otherLine = regexp.MustCompile(`^(?:last_idx |regs=|parent |mark_precise: |propagating |` +
		`reg type unsupported for arg#|Unrecognized arg#|arg#\d+ reference type\(|` +
		`caller:$|returning from callee:$|Validating |Func#\d+ |func#\d+ |Live regs before insn:|\d+: |processed \d+ insns|verification time |stack depth )`)
)

// poisoned is what the loader writes beside an instruction that it could not
// relocate.
const poisoned = "instruction poisoned by CO-RE"

// explanation begins what Linux 7.3 adds to a reason.
const explanation = "Verification failed: "

// maxParsed is how much of the end of a log is looked at, in bytes: all of it
// but for those that a testbed does not send.
const maxParsed = 16 << 20

// maxReasons is how many lines of the verifier make up a reason.
const maxReasons = 3

// parse reads the end of a verifier log.
func parse(log string) *rejection {
	if len(log) > maxParsed {
		_, log, _ = strings.Cut(log[len(log)-maxParsed:], "\n")
	}
	r := &rejection{
		number:   -1,
		executed: true,
		stack:    make(map[string]register),
		paths:    []map[int]bool{{}},
		jumps:    make(map[int]fork),
	}
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, explanation); ok {
			if len(r.reasons) == 0 {
				r.reasons = []string{title}
			}
			break
		}
		r.read(line)
	}
	r.reasons = r.reasons[max(0, len(r.reasons)-maxReasons):]
	return r
}

func (r *rejection) read(line string) {
	if m := branchLine.FindStringSubmatch(line); m != nil {
		r.branch(m[1])
	}
	switch {
	case line == "":
	case line[0] == ';':
		r.readSource(line)
	case stateLine.MatchString(line):
		r.readStates(line)
	case instructionLine.MatchString(line):
		r.readInstruction(line)
	case callLine.MatchString(line):
		r.paths = append(r.paths, make(map[int]bool))
	case returnLine.MatchString(line):
		r.paths = r.paths[:max(1, len(r.paths)-1)]
	case !otherLine.MatchString(line) && !branchLine.MatchString(line):
		r.reasons = append(r.reasons, line)
	}
}

// branch goes back to a jump that was seen earlier.
func (r *rejection) branch(jump string) {
	r.executed = true
	r.paths = []map[int]bool{{}}
	n, _ := strconv.Atoi(jump)
	r.registers, r.way = r.jumps[n].registers, r.jumps[n].way
}

func (r *rejection) readSource(line string) {
	if m := sourceLine.FindStringSubmatch(line); m != nil && m[1] != "" && m[1] != poisoned {
		r.source, r.place = m[1], m[2]
	}
}

// readStates reads what the verifier printed of registers, which is how they
// are after the last instruction.
func (r *rejection) readStates(text string) {
	r.execute()
	for _, m := range registerState.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && n < len(r.registers) {
			r.registers[n].state = m[2]
		}
	}
}

func (r *rejection) readInstruction(line string) {
	r.execute()
	m := instructionLine.FindStringSubmatch(line)
	r.number, _ = strconv.Atoi(m[1])
	r.instruction, r.executed = m[2], false
	r.reasons = nil
	path := r.paths[len(r.paths)-1]
	r.looped = r.looped || path[r.number]
	path[r.number] = true
	r.way = &step{r.number, r.way}
	if strings.Contains(r.instruction, " goto ") {
		r.jumps[r.number] = fork{r.registers, r.way}
	}
	if m[3] != "" {
		r.readStates(m[3])
	}
}

var (
	// written is the register that an instruction writes, copied the one that
	// it copies.
	written = regexp.MustCompile(`^\(\w\w\) [rw](\d+) (\S+) `)
	copied  = regexp.MustCompile(`^\(\w\w\) r\d+ = r(\d+)$`)
	// putAside and takenBack are the place on the stack that a register is
	// written to and read from.
	putAside  = regexp.MustCompile(`^\(7b\) \*\(u64 \*\)\(r10 (-\d+)\) = r(\d+)$`)
	takenBack = regexp.MustCompile(`^\(79\) r\d+ = \*\(u64 \*\)\(r10 (-\d+)\)$`)
)

// execute does to the registers what the last instruction does, once.
func (r *rejection) execute() {
	if r.executed {
		return
	}
	r.executed = true
	if strings.Contains(r.instruction, ") call ") {
		r.call()
		return
	}
	if m := putAside.FindStringSubmatch(r.instruction); m != nil {
		r.stack[m[1]] = r.register(m[2])
		return
	}
	m := written.FindStringSubmatch(r.instruction)
	if m == nil {
		return
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n >= len(r.registers) {
		return
	}
	to := &r.registers[n]
	to.state = ""
	if m[2] != "=" { // what adds to a register leaves its origin
		return
	}
	to.origin = r.instruction
	if m := copied.FindStringSubmatch(r.instruction); m != nil {
		*to = r.register(m[1])
	} else if m := takenBack.FindStringSubmatch(r.instruction); m != nil {
		if aside, ok := r.stack[m[1]]; ok {
			*to = aside
		}
	}
}

// call does to the registers what a call does.
func (r *rejection) call() {
	clear(r.registers[:6])
	r.registers[0].origin = r.instruction
	if strings.Contains(r.instruction, "bpf_probe_read") {
		clear(r.stack) // it writes to the stack, most often
	}
}

// register returns what is known of the register of that number.
func (r *rejection) register(number string) register {
	n, err := strconv.Atoi(number)
	if err != nil || n >= len(r.registers) {
		return register{}
	}
	return r.registers[n]
}
