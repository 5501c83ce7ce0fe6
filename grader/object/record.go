package object

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/cilium/ebpf/btf"
)

// Layout is where a structure has a field of 8 bytes.
type Layout struct {
	// Struct is the structure's name; it may be empty.
	Struct string
	// Offset is that of the field, Size that of the structure, in bytes.
	Offset, Size int
}

// Uint64 reads the field. It is false when the data is too short.
func (l Layout) Uint64(data []byte) (uint64, bool) {
	if len(data) < l.Offset+8 {
		return 0, false
	}
	return binary.LittleEndian.Uint64(data[l.Offset:]), true
}

// ErrNoRecord says that no structure has the field.
var ErrNoRecord = errors.New("no such structure")

// ErrNoTypes says that the object's BTF has no such structure, and that there
// is no DWARF to look further in.
var ErrNoTypes = errors.New("the object has no debug information: build it with -g")

// Records returns the structures that have a field of that name and of 8
// bytes, themselves or in a member that is a structure or a union. A structure that is only
// the type of a local variable is not in an object's BTF: its DWARF has those
// as well. The error wraps ErrNoRecord or ErrNoTypes.
func (o *Object) Records(field string) ([]Layout, error) {
	types, err := readDebugTypes(o.Data)
	structs := append(structsInBTF(o.types), types.structs...)
	search := search{
		field:    field,
		without:  make(map[btf.Type]bool),
		embedded: make(map[btf.Type]bool),
	}
	var layouts []Layout
	found := make(map[*btf.Struct]int)
	for _, s := range structs {
		if offset, ok := search.offset(s, 0); ok {
			found[s] = offset
		}
	}
	for _, s := range structs {
		offset, ok := found[s]
		l := Layout{Struct: s.Name, Offset: offset, Size: int(s.Size)}
		if ok && offset+8 <= l.Size && !search.embedded[s] && !slices.Contains(layouts, l) {
			layouts = append(layouts, l)
		}
	}
	switch {
	case len(layouts) > 0:
		return layouts, nil
	case err != nil:
		return nil, err
	}
	return nil, fmt.Errorf("%w: none has a field %s of 8 bytes", ErrNoRecord, field)
}

func structsInBTF(types *btf.Spec) (structs []*btf.Struct) {
	if types == nil {
		return nil
	}
	defer func() {
		// The parser is not made for hostile files.
		if recover() != nil {
			structs = nil
		}
	}()
	for t, err := range types.All() {
		if err != nil {
			break
		}
		if s, ok := t.(*btf.Struct); ok {
			structs = append(structs, s)
		}
	}
	return structs
}

// search looks for a field.
type search struct {
	field string
	// without are the structures and unions that do not have it. Crafted
	// types contain each other in more ways than can be followed.
	without map[btf.Type]bool
	// embedded are those that are a member without a name of another.
	embedded map[btf.Type]bool
}

// offset returns where a structure or union has the field, in bytes.
func (s *search) offset(t btf.Type, depth int) (offset int, found bool) {
	t = btf.UnderlyingType(t)
	if s.without[t] || depth > maxDepth {
		return 0, false
	}
	s.without[t] = true
	look := []func(btf.Member) (int, bool){
		func(m btf.Member) (int, bool) { return s.own(m, depth) },
		func(m btf.Member) (int, bool) { return s.inner(m, depth) },
	}
	for _, in := range look {
		for _, m := range members(t) {
			if m.BitfieldSize != 0 || m.Offset%8 != 0 {
				continue
			}
			if offset, found = in(m); found {
				delete(s.without, t)
				return int(m.Offset.Bytes()) + offset, true
			}
		}
	}
	return 0, false
}

// own finds the field if it is this member, or in it when it has no name.
func (s *search) own(m btf.Member, depth int) (offset int, found bool) {
	switch m.Name {
	case "":
		s.embedded[btf.UnderlyingType(m.Type)] = true
		return s.offset(m.Type, depth+1)
	case s.field:
		size, err := btf.Sizeof(m.Type)
		return 0, err == nil && size == 8
	}
	return 0, false
}

// inner finds the field in a member that has a name of its own.
func (s *search) inner(m btf.Member, depth int) (offset int, found bool) {
	if m.Name == "" {
		return 0, false
	}
	return s.offset(m.Type, depth+1)
}

// members returns the members of a structure or union, and none of any other
// type.
func members(t btf.Type) []btf.Member {
	switch t := t.(type) {
	case *btf.Struct:
		return t.Members
	case *btf.Union:
		return t.Members
	}
	return nil
}

// Fitting returns the layouts that a record of n bytes can have: the perf
// buffer pads a record so that its length and a length word of 4 bytes together
// are a multiple of 8 (kernel/events/core.c). A ring buffer does not pad.
func Fitting(layouts []Layout, n int) []Layout {
	var fitting []Layout
	for _, l := range layouts {
		if padded := (l.Size+4+7)/8*8 - 4; n == padded || n == l.Size {
			fitting = append(fitting, l)
		}
	}
	return fitting
}
