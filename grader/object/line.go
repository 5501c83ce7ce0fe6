package object

import (
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/cilium/ebpf/btf"
)

// Line is a line of a program's source, as the compiler noted it in the object.
// The text may be hostile.
type Line struct {
	// File is a name without folders, Number counts from 1.
	File   string
	Number int
	// Text is the line without the spaces around it, or empty.
	Text string
}

// String is "file:number".
func (l Line) String() string { return fmt.Sprintf("%s:%d", l.File, l.Number) }

// Line returns the line that an instruction of a program was made from, the
// instruction counted as the verifier does. It is false when the object does
// not tell.
func (o *Object) Line(program string, instruction int) (Line, bool) {
	var found Line
	for offset, line := range o.lines(program) {
		if offset > instruction {
			break
		}
		found = line
	}
	return found, found.Number > 0
}

// Lines returns the lines that a program was made from, in the order of the
// instructions. A line can come several times.
func (o *Object) Lines(program string) []Line {
	var lines []Line
	for _, line := range o.lines(program) {
		lines = append(lines, line)
	}
	return lines
}

// lines are the lines of a program by their first instructions.
func (o *Object) lines(program string) iter.Seq2[int, Line] {
	return func(yield func(int, Line) bool) {
		i := slices.IndexFunc(o.Programs, func(p Program) bool { return p.Name == program })
		if i < 0 {
			return
		}
		for iter := o.Programs[i].instructions.Iterate(); iter.Next(); {
			// Number 0 is code that belongs to no line.
			line, ok := iter.Ins.Source().(*btf.Line)
			if ok && line.LineNumber() > 0 && !yield(int(iter.Offset), toLine(line)) {
				return
			}
		}
	}
}

func toLine(l *btf.Line) Line {
	return Line{File: path.Base(l.FileName()), Number: int(l.LineNumber()), Text: strings.TrimSpace(l.Line())}
}
