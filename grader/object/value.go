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

// maxElements and maxDepth bound the values that a crafted type can describe:
// the elements of arrays, characters among them, and fields together, and how
// deep they are nested.
const (
	maxElements = 1 << 20
	maxDepth    = 32
)

// Decode reads memory through a type. Memory may be longer than the type.
func Decode(t btf.Type, data []byte) (Value, error) {
	d := decoder{left: maxElements}
	return d.decode(t, data, 0)
}

// decoder counts what is left of maxElements.
type decoder struct {
	left int
}

func (d *decoder) take(elements int) error {
	if d.left -= elements; d.left < 0 {
		return fmt.Errorf("decode: more than %d elements", maxElements)
	}
	return nil
}

func (d *decoder) decode(t btf.Type, data []byte, depth int) (Value, error) {
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
	case *btf.Int, *btf.Enum, *btf.Pointer:
		if size == 0 || size > 8 {
			return nil, fmt.Errorf("decode an integer of %d bytes", size)
		}
		var buf [8]byte
		copy(buf[:], data[:size])
		return integer(t, binary.LittleEndian.Uint64(buf[:]), 8*size), nil
	case *btf.Array:
		return d.decodeArray(t, data, depth)
	case *btf.Struct:
		return d.decodeMembers(t.Members, data, depth)
	case *btf.Union:
		return d.decodeMembers(t.Members, data, depth)
	}
	return nil, fmt.Errorf("decode %s: not a type of data", typeName(t, 0))
}

// integer gives the lowest bits of a word, 1 to 64 of them, the meaning that
// their type has.
func integer(t btf.Type, word uint64, bits int) Value {
	unused := 64 - bits
	unsigned := word << unused >> unused
	signed := int64(word<<unused) >> unused
	switch t := t.(type) {
	case *btf.Int:
		switch t.Encoding {
		case btf.Bool:
			return unsigned != 0
		case btf.Signed:
			return signed
		}
	case *btf.Enum:
		if t.Signed {
			return signed
		}
	}
	return unsigned
}

func (d *decoder) decodeArray(t *btf.Array, data []byte, depth int) (Value, error) {
	if err := d.take(int(t.Nelems)); err != nil {
		return nil, err
	}
	if element, ok := btf.UnderlyingType(t.Type).(*btf.Int); ok && element.Size == 1 && intName(element) == "char" {
		text, _, _ := strings.Cut(string(data[:t.Nelems]), "\x00")
		return text, nil
	}
	size, err := btf.Sizeof(t.Type)
	if err != nil {
		return nil, err
	}
	values := make([]Value, t.Nelems)
	for i := range values {
		if values[i], err = d.decode(t.Type, data[i*size:], depth+1); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (d *decoder) decodeMembers(members []btf.Member, data []byte, depth int) (Value, error) {
	if err := d.take(len(members)); err != nil {
		return nil, err
	}
	s := &Struct{}
	for _, m := range members {
		offset := int(m.Offset.Bytes())
		if offset > len(data) {
			return nil, fmt.Errorf("decode field %s: it begins after the end", m.Name)
		}
		value, err := d.decodeMember(m, data[offset:], depth)
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

func (d *decoder) decodeMember(m btf.Member, data []byte, depth int) (Value, error) {
	if m.BitfieldSize == 0 {
		return d.decode(m.Type, data, depth+1)
	}
	// A bitfield lies within the integers that hold it; see btf.h.
	first, bits := int(m.Offset%8), int(m.BitfieldSize)
	size := (first + bits + 7) / 8
	if size > 8 || len(data) < size {
		return nil, fmt.Errorf("decode a bitfield of %d bits: it is in %d bytes of %d", bits, size, len(data))
	}
	var buf [8]byte
	copy(buf[:], data[:size])
	return integer(btf.UnderlyingType(m.Type), binary.LittleEndian.Uint64(buf[:])>>first, bits), nil
}
