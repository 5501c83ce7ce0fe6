package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/object"
)

// place is a line of source.
type place struct {
	// line is "file:number", or empty when that is not known.
	line, text string
	// exact tells that it is certainly that of the instruction.
	exact bool
}

// blamed names the instruction that took what was not given back, or to which a
// loop comes back.
var blamed = regexp.MustCompile(`^(?:Unreleased reference id=\d+ alloc_insn=|infinite loop detected at insn )(\d+)`)

// line is the line that is to blame: where what was not given back was taken, or
// a loop begins anew, otherwise that of the last instruction. The object knows it better than
// the log, which until Linux 6.8 has no numbers.
func (r *rejection) line(program string, obj *object.Object) place {
	number := r.number
	if len(r.reasons) > 0 {
		if m := blamed.FindStringSubmatch(r.reasons[0]); m != nil {
			number, _ = strconv.Atoi(m[1])
		}
	}
	if at := instructionPlace(program, number, obj); at.exact {
		return at
	}
	return place{line: clean(r.place, maxName), text: clean(r.source, maxLine)}
}

// instructionPlace is the line of an instruction, as far as the object tells.
func instructionPlace(program string, number int, obj *object.Object) place {
	line, ok := obj.Line(program, number)
	// The first instruction can have the line of the program's name.
	if !ok || line.Text == "" || number == 0 && strings.Contains(line.Text, program+"(") {
		return place{}
	}
	return toPlace(line)
}

func toPlace(line object.Line) place {
	return place{clean(line.String(), maxName), clean(line.Text, maxLine), true}
}

// The limits of a digest: lines of source, and instructions that are looked at
// for them.
const (
	maxWay   = 10
	maxSteps = 500
)

// named is a register that the verifier names.
var named = regexp.MustCompile(`\bR(\d+)\b`)

// digest is what matters of a log: the lines of source on the way to the
// instruction that was refused, that instruction, the registers that it is
// about, and the verifier's reason.
func (r *rejection) digest(program, log string, obj *object.Object) string {
	way := r.sources(program, obj)
	if len(way) == 0 {
		return shorten(log)
	}
	lines := []string{"the way there:"}
	for i, line := range way {
		mark := "  "
		if i == len(way)-1 {
			mark = "> "
		}
		lines = append(lines, mark+line)
	}
	lines = append(lines, fmt.Sprintf("instruction %d: %s", r.number, clean(r.instruction, maxLine)))
	for _, number := range r.concerned() {
		if state := r.register(number).state; state != "" {
			lines = append(lines, clean("R"+number+" is "+state, maxLine))
		}
	}
	for _, reason := range r.reasons {
		lines = append(lines, clean(reason, maxLine))
	}
	return strings.Join(lines, "\n")
}

// sources are the lines of source on the way, each with its place, one for all
// instructions in a row that are made from it.
func (r *rejection) sources(program string, obj *object.Object) []string {
	var lines []string
	last, steps := "", 0
	for s := r.way; s != nil && steps < maxSteps; s = s.before {
		steps++
		at := instructionPlace(program, s.number, obj)
		if at.line == last || !at.exact {
			continue
		}
		if last = at.line; len(lines) == maxWay {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, at.line+"  "+at.text)
	}
	slices.Reverse(lines)
	return lines
}

// concerned are the registers that the reason names, and the one that the
// instruction reads memory through.
func (r *rejection) concerned() []string {
	var numbers []string
	for _, reason := range r.reasons {
		for _, m := range named.FindAllStringSubmatch(reason, -1) {
			numbers = append(numbers, m[1])
		}
	}
	if m := base.FindStringSubmatch(r.instruction); m != nil && m[1] != "10" {
		numbers = append(numbers, m[1])
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
