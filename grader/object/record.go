package object

import (
	"encoding/binary"
	"errors"
	"fmt"

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
	return binary.NativeEndian.Uint64(data[l.Offset:]), true
}

// ErrNoRecord says that no structure has the field.
var ErrNoRecord = errors.New("no such structure")

// ErrNoTypes says that the object has neither BTF nor DWARF to look in.
var ErrNoTypes = errors.New("the object has no debug information: build it with -g")

// Records returns the structures that have a field of that name and of 8
// bytes. A structure that is only the type of a local variable is not in an
// object's BTF: those are looked for in its DWARF. The error wraps ErrNoRecord
// or ErrNoTypes.
func (o *Object) Records(field string) ([]Layout, error) {
	layouts := o.recordsInBTF(field)
	if len(layouts) > 0 {
		return layouts, nil
	}
	layouts, err := recordsInDWARF(o.Data, field)
	if len(layouts) > 0 {
		return layouts, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: none has a field %s of 8 bytes", ErrNoRecord, field)
}

func (o *Object) recordsInBTF(field string) []Layout {
	var layouts []Layout
	if o.types == nil {
		return nil
	}
	for t, err := range o.types.All() {
		if err != nil {
			break
		}
		s, ok := t.(*btf.Struct)
		if !ok {
			continue
		}
		for _, m := range s.Members {
			size, err := btf.Sizeof(m.Type)
			if err == nil && size == 8 && m.Name == field && m.BitfieldSize == 0 {
				layouts = append(layouts, Layout{s.Name, int(m.Offset.Bytes()), int(s.Size)})
			}
		}
	}
	return layouts
}

// Pick chooses the layout of a record that arrived with n bytes: the perf
// buffer pads a record so that its length and a length word of 4 bytes together
// are a multiple of 8 (kernel/events/core.c). A ring buffer does not pad.
func Pick(layouts []Layout, n int) (Layout, bool) {
	for _, l := range layouts {
		if padded := (l.Size+4+7)/8*8 - 4; n == padded || n == l.Size {
			return l, true
		}
	}
	return Layout{}, false
}
