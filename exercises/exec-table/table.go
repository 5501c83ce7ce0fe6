package exectable

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
)

// entry is the value of one process.
type entry struct {
	count, lastNS uint64
	comm          string
}

// table is what the map holds: the entries by their keys.
type table map[uint32]entry

// readTable reads the whole map. The check of the map has passed.
func readTable(t *grader.T) table {
	m := t.Map(mapName)
	all := make(table)
	for _, element := range m.Elements() {
		value, err := object.Decode(m.Value, element.Values[0])
		t.Infra(err)
		all[binary.NativeEndian.Uint32(element.Key)] = toEntry(value.(*object.Struct))
	}
	return all
}

func toEntry(s *object.Struct) entry {
	return entry{count: number(s, "count"), lastNS: number(s, "last_ns"), comm: text(s, "comm")}
}

func number(s *object.Struct, name string) uint64 {
	value, _ := s.Field(name)
	if signed, ok := value.(int64); ok {
		return uint64(signed)
	}
	unsigned, _ := value.(uint64)
	return unsigned
}

// text reads an array of characters, which may be one of bytes.
func text(s *object.Struct, name string) string {
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

// calls adds up the counts of all entries.
func (all table) calls() uint64 {
	var sum uint64
	for _, e := range all {
		sum += e.count
	}
	return sum
}

// added lists the keys that were not there before, in their order.
func (all table) added(before table) []uint32 {
	var keys []uint32
	for key := range all {
		if _, old := before[key]; !old {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// fields are the fields that the structure must have.
var fields = []struct {
	name string
	fits func(object.Member) bool
}{
	{"count", isU64},
	{"last_ns", isU64},
	{"comm", func(m object.Member) bool {
		return slices.Contains([]string{"char[16]", "u8[16]", "s8[16]"}, m.Type)
	}},
}

func isU64(m object.Member) bool { return m.Type == "u64" || m.Type == "s64" }

// hasMap wants the map to be a hash table of the structure.
func hasMap(t *grader.T) {
	m := t.Map(mapName)
	if m.Type != "Hash" || m.KeySize != 4 || m.MaxEntries < minEntries {
		f := grader.Failure{
			Expected: fmt.Sprintf("%s: Hash, u32 -> struct value, %d entries or more", mapName, minEntries),
			Actual:   m.String(),
			Message:  fmt.Sprintf("The map %s does not have the type, the size of the key or the room that was asked for.", mapName),
		}
		switch {
		case m.Type != "Hash":
			f.Help = "Its type is BPF_MAP_TYPE_HASH."
		case m.KeySize != 4:
			f.Help = fmt.Sprintf("The key is a process id, a __u32 of 4 bytes; these keys have %d.", m.KeySize)
		default:
			f.Help = fmt.Sprintf("Many processes call execve: __uint(max_entries, %d). A HASH that is full takes no new entry.", minEntries)
		}
		t.Fail(f)
	}
	if m.Value == nil {
		t.Fail(grader.Failure{
			Expected: "a map with the type of its value",
			Actual:   m.String(),
			Message:  fmt.Sprintf("The object has no BTF for the value of the map %s, only its size, so the fields in it cannot be found.", mapName),
			Help:     "Define the map with __type(value, struct value) in place of __uint(value_size, …), and build with -g.",
		})
	}

	members := object.Members(m.Value)
	var wrong []string
	for _, field := range fields {
		i := slices.IndexFunc(members, func(m object.Member) bool { return m.Name == field.name })
		switch {
		case i < 0:
			wrong = append(wrong, "there is no field "+field.name)
		case !field.fits(members[i]):
			wrong = append(wrong, fmt.Sprintf("%s is %s", field.name, members[i].Type))
		}
	}
	if len(wrong) > 0 {
		actual := object.MemberList(members)
		if actual == "" {
			actual = m.String()
		}
		t.Fail(grader.Failure{
			Expected: "a structure with count: u64, last_ns: u64, comm: char[16]",
			Actual:   actual,
			Message:  fmt.Sprintf("The value of the map %s is not the structure that was asked for: %s.", mapName, strings.Join(wrong, ", ")),
			Help:     "struct value has the fields __u64 count, __u64 last_ns and char comm[16], in any order and among others.",
		})
	}
	// What can be read once can be read always.
	if _, err := object.Decode(m.Value, make([]byte, m.ValueSize)); err != nil {
		t.Fail(grader.Failure{
			Expected: "a structure of integers and arrays",
			Actual:   object.MemberList(members),
			Message:  fmt.Sprintf("The value of the map %s cannot be read: %v.", mapName, err),
			Help:     "Keep to integers and arrays of them in struct value.",
		})
	}
}
