package object

import (
	"fmt"
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
	i := slices.IndexFunc(o.Programs, func(p Program) bool { return p.Name == program })
	if i < 0 {
		return Line{}, false
	}
	var found *btf.Line
	for iter := o.Programs[i].instructions.Iterate(); iter.Next() && int(iter.Offset) <= instruction; {
		// A line stands at its first instruction alone. Number 0 is code that
		// belongs to no line.
		if line, ok := iter.Ins.Source().(*btf.Line); ok && line.LineNumber() > 0 {
			found = line
		}
	}
	if found == nil {
		return Line{}, false
	}
	return toLine(found), true
}

func toLine(l *btf.Line) Line {
	return Line{File: path.Base(l.FileName()), Number: int(l.LineNumber()), Text: strings.TrimSpace(l.Line())}
}
