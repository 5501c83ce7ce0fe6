package object

import (
	"fmt"
	"strings"

	"github.com/cilium/ebpf/btf"
)

// Member is a field of a structure or union as its definition says.
type Member struct {
	Name string
	// Type is written as in C, with the kernel's own names of integers: "u64",
	// "char[16]". A bitfield is "u32:3".
	Type string
	// Offset is from the beginning of the structure, in bytes; that of a bitfield
	// is where its first byte is. Size is in bytes; that of a bitfield is its
	// type's.
	Offset, Size int
}

// String writes a member as "count: u64".
func (m Member) String() string { return m.Name + ": " + m.Type }

// Members returns the fields of a structure or union in their order, and none
// of any other type. Those of members without a name stand among the others.
func Members(t btf.Type) []Member {
	return (&lister{left: maxMembers}).list(t, 0, 0)
}

// maxMembers bounds what a crafted type can list.
const maxMembers = 1 << 12

type lister struct {
	left int
}

func (l *lister) list(t btf.Type, offset, depth int) []Member {
	var all []Member
	for _, m := range members(btf.UnderlyingType(t)) {
		if l.left--; l.left < 0 || depth > maxDepth {
			break
		}
		at := offset + int(m.Offset.Bytes())
		if m.Name == "" {
			all = append(all, l.list(m.Type, at, depth+1)...)
			continue
		}
		size, err := btf.Sizeof(m.Type)
		if err != nil {
			size = 0
		}
		name := typeName(m.Type, uint32(size))
		if m.BitfieldSize != 0 {
			name += fmt.Sprintf(":%d", m.BitfieldSize)
		}
		all = append(all, Member{Name: m.Name, Type: name, Offset: at, Size: size})
	}
	return all
}

// MemberList writes members as "count: u64, comm: char[16]".
func MemberList(all []Member) string {
	text := make([]string, len(all))
	for i, m := range all {
		text[i] = m.String()
	}
	return strings.Join(text, ", ")
}
