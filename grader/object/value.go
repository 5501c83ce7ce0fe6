package object

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/cilium/ebpf/btf"
)

// Value is a piece of memory read through its type: a uint64 or int64 for
// integers, enumerations and pointers, a bool, a string for an array of
// characters (up to its first zero byte), a []Value for any other array, and a
// *Struct for a structure or union.
type Value any

// Struct is a value with fields, in the order of their definition. The fields
// of anonymous members stand among the others.
type Struct struct {
	Fields []Field
}

// Field is one field of a structure.
type Field struct {
	Name  string
	Value Value
}

// Field returns the field of that name.
func (s *Struct) Field(name string) (Value, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return nil, false
}

// String writes a structure as {count: 3, comm: "sh"}.
func (s *Struct) String() string {
	var fields []string
	for _, f := range s.Fields {
		text := fmt.Sprint(f.Value)
		if str, ok := f.Value.(string); ok {
			text = strconv.Quote(str)
		}
		fields = append(fields, f.Name+": "+text)
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// maxElements and maxDepth bound the values that a crafted type can describe.
const (
	maxElements = 1 << 16
	maxDepth    = 32
)

// Decode reads memory through a type. Memory may be longer than the type.
func Decode(t btf.Type, data []byte) (Value, error) {
	return decode(t, data, 0)
}

func decode(t btf.Type, data []byte, depth int) (Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("decode %s: nested too deeply", typeName(t, 0))
	}
	size, err := btf.Sizeof(t)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", typeName(t, 0), err)
	}
	if len(data) < size {
		return nil, fmt.Errorf("decode %s: %d bytes instead of %d", typeName(t, 0), len(data), size)
	}
	switch t := btf.UnderlyingType(t).(type) {
	case *btf.Int:
		if t.Encoding == btf.Bool {
			return data[0] != 0, nil
		}
		return integer(data, int(t.Size), t.Encoding == btf.Signed)
	case *btf.Enum:
		return integer(data, int(t.Size), t.Signed)
	case *btf.Pointer:
		return integer(data, size, false)
	case *btf.Array:
		return decodeArray(t, data, depth)
	case *btf.Struct:
		return decodeMembers(t.Members, data, depth)
	case *btf.Union:
		return decodeMembers(t.Members, data, depth)
	}
	return nil, fmt.Errorf("decode %s: not a type of data", typeName(t, 0))
}

func integer(data []byte, size int, signed bool) (Value, error) {
	if size > 8 {
		return nil, fmt.Errorf("decode an integer of %d bytes: too long", size)
	}
	var buf [8]byte
	copy(buf[:], data[:size])
	n := binary.NativeEndian.Uint64(buf[:])
	if signed {
		shift := 64 - 8*size
		return int64(n<<shift) >> shift, nil
	}
	return n, nil
}

func decodeArray(t *btf.Array, data []byte, depth int) (Value, error) {
	if element, ok := btf.UnderlyingType(t.Type).(*btf.Int); ok && element.Size == 1 && intName(element) == "char" {
		text, _, _ := strings.Cut(string(data[:t.Nelems]), "\x00")
		return text, nil
	}
	size, err := btf.Sizeof(t.Type)
	if err != nil {
		return nil, err
	}
	if t.Nelems > maxElements {
		return nil, fmt.Errorf("decode %s: too many elements", typeName(t, 0))
	}
	values := make([]Value, t.Nelems)
	for i := range values {
		if values[i], err = decode(t.Type, data[i*size:], depth+1); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func decodeMembers(members []btf.Member, data []byte, depth int) (Value, error) {
	s := &Struct{}
	for _, m := range members {
		offset := int(m.Offset.Bytes())
		if offset > len(data) {
			return nil, fmt.Errorf("decode field %s: it begins after the end", m.Name)
		}
		value, err := decodeMember(m, data[offset:], depth)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", m.Name, err)
		}
		if inner, ok := value.(*Struct); ok && m.Name == "" {
			s.Fields = append(s.Fields, inner.Fields...)
			continue
		}
		s.Fields = append(s.Fields, Field{m.Name, value})
	}
	return s, nil
}

func decodeMember(m btf.Member, data []byte, depth int) (Value, error) {
	if m.BitfieldSize == 0 {
		return decode(m.Type, data, depth+1)
	}
	// A bitfield lies within the integers that hold it; see btf.h.
	var buf [8]byte
	copy(buf[:], data)
	bits := binary.LittleEndian.Uint64(buf[:]) >> (m.Offset % 8)
	return bits & (1<<m.BitfieldSize - 1), nil
}
