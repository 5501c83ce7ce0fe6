// Package tables holds what exercises have in common in which a hash map keeps a
// structure for each of something. Its fields are found by their names, wherever
// they are.
package tables

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
)

// Table is a hash map from a u32 to a structure.
type Table struct {
	// Map is the map's name, MinEntries the room that it must have.
	Map        string
	MinEntries uint32
	// Key says what the key is, and Many of what there are many: sentences
	// without their end.
	Key, Many string
	// Struct is the name by which a message calls the structure.
	Struct string
	Fields []Field
}

// Field is a field that the structure must have, among others and at any place.
type Field struct {
	Name string
	// Types are the types that fit. The first is the one to ask for, Decl how it
	// is written in C.
	Types []string
	Decl  string
}

// U64 is a field that counts or measures.
func U64(name string) Field {
	return Field{Name: name, Types: []string{"u64", "s64"}, Decl: "__u64 " + name}
}

// Has fails the check unless the map is such a table.
func (tb Table) Has(t *grader.T) {
	m := t.Map(tb.Map)
	if m.Type != "Hash" || m.KeySize != 4 || m.MaxEntries < tb.MinEntries {
		f := grader.Failure{
			Expected: fmt.Sprintf("%s: Hash, u32 -> struct %s, %d entries or more", tb.Map, tb.Struct, tb.MinEntries),
			Actual:   m.String(),
			Message:  fmt.Sprintf("The map %s does not have the type, the size of the key or the room that was asked for.", tb.Map),
		}
		switch {
		case m.Type != "Hash":
			f.Help = "Its type is BPF_MAP_TYPE_HASH."
		case m.KeySize != 4:
			f.Help = fmt.Sprintf("%s, a __u32 of 4 bytes; these keys have %d.", tb.Key, m.KeySize)
		default:
			f.Help = fmt.Sprintf("%s: __uint(max_entries, %d). A HASH that is full takes no new entry.", tb.Many, tb.MinEntries)
		}
		t.Fail(f)
	}
	if m.Value == nil {
		t.Fail(grader.Failure{
			Expected: "a map with the type of its value",
			Actual:   m.String(),
			Message:  fmt.Sprintf("The object has no BTF for the value of the map %s, only its size, so the fields in it cannot be found.", tb.Map),
			Help:     fmt.Sprintf("Define the map with __type(value, struct %s) in place of __uint(value_size, …), and build with -g.", tb.Struct),
		})
	}
	tb.hasFields(t, m)
	// What can be read once can be read always.
	if _, err := object.Decode(m.Value, make([]byte, m.ValueSize)); err != nil {
		t.Fail(grader.Failure{
			Expected: "a structure of integers and arrays",
			Actual:   object.MemberList(object.Members(m.Value)),
			Message:  fmt.Sprintf("The value of the map %s cannot be read: %v.", tb.Map, err),
			Help:     fmt.Sprintf("Keep to integers and arrays of them in struct %s.", tb.Struct),
		})
	}
}

func (tb Table) hasFields(t *grader.T, m *grader.Map) {
	members := object.Members(m.Value)
	var wrong, want, decls []string
	for _, field := range tb.Fields {
		want = append(want, field.Name+": "+field.Types[0])
		decls = append(decls, field.Decl)
		i := slices.IndexFunc(members, func(m object.Member) bool { return m.Name == field.Name })
		switch {
		case i < 0:
			wrong = append(wrong, "there is no field "+field.Name)
		case !slices.Contains(field.Types, members[i].Type):
			wrong = append(wrong, fmt.Sprintf("%s is %s", field.Name, members[i].Type))
		}
	}
	if len(wrong) == 0 {
		return
	}
	actual := object.MemberList(members)
	if actual == "" {
		actual = m.String()
	}
	t.Fail(grader.Failure{
		Expected: "a structure with " + strings.Join(want, ", "),
		Actual:   actual,
		Message:  fmt.Sprintf("The value of the map %s is not the structure that was asked for: %s.", tb.Map, strings.Join(wrong, ", ")),
		Help:     fmt.Sprintf("struct %s has the fields %s, in any order and among others.", tb.Struct, list(decls)),
	})
}

// list joins words as a sentence does.
func list(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// Read reads the whole map. Has must have passed.
func (tb Table) Read(t *grader.T) map[uint32]*object.Struct {
	m := t.Map(tb.Map)
	all := make(map[uint32]*object.Struct)
	for _, element := range m.Elements() {
		value, err := object.Decode(m.Value, element.Values[0])
		t.Infra(err)
		all[binary.NativeEndian.Uint32(element.Key)] = value.(*object.Struct)
	}
	return all
}

// Set writes a number into a field of 8 bytes of the entry with a key, and
// leaves the others as they are. It is false when there is no such entry or the
// map's flags let nobody but BPF programs write. Has must have passed.
func (tb Table) Set(t *grader.T, key uint32, field string, n uint64) bool {
	m := t.Map(tb.Map)
	members := object.Members(m.Value)
	offset := members[slices.IndexFunc(members, func(m object.Member) bool { return m.Name == field })].Offset
	for _, element := range m.Elements() {
		if binary.NativeEndian.Uint32(element.Key) == key {
			value := slices.Clone(element.Values[0])
			binary.NativeEndian.PutUint64(value[offset:], n)
			return m.Update(element.Key, value)
		}
	}
	return false
}

// Number is the value of a field of integer type.
func Number(s *object.Struct, name string) uint64 {
	value, _ := s.Field(name)
	if signed, ok := value.(int64); ok {
		return uint64(signed)
	}
	unsigned, _ := value.(uint64)
	return unsigned
}

// Text is the text in an array of characters, which may be one of bytes, up to
// the first that is zero.
func Text(s *object.Struct, name string) string {
	value, _ := s.Field(name)
	bytes, ok := value.([]object.Value)
	if !ok {
		return fmt.Sprint(value)
	}
	var b strings.Builder
	for _, element := range bytes {
		switch c := element.(type) {
		case uint64:
			b.WriteByte(byte(c))
		case int64:
			b.WriteByte(byte(c))
		}
	}
	str, _, _ := strings.Cut(b.String(), "\x00")
	return str
}
