package object

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Abbreviations of DWARF 4: tag, whether there are children, and pairs of
// attribute and form.
const (
	unitEntry = iota + 1
	structEntry
	memberEntry
	typedefEntry
	baseEntry
	variableEntry
	arrayEntry
)

var abbreviations = []byte{
	unitEntry, 0x11, 1, 0, 0,
	structEntry, 0x13, 1, 0x03, 0x08, 0x0b, 0x0b, 0, 0, // name, byte_size
	memberEntry, 0x0d, 0, 0x03, 0x08, 0x49, 0x13, 0x38, 0x0b, 0, 0, // name, type, data_member_location
	typedefEntry, 0x16, 0, 0x49, 0x13, 0, 0, // type
	baseEntry, 0x24, 0, 0x0b, 0x0b, 0, 0, // byte_size
	variableEntry, 0x34, 0, 0x49, 0x13, 0, 0, // type
	arrayEntry, 0x01, 0, 0x49, 0x13, 0, 0, // type
	0,
}

// info is the section .debug_info in the making. Its entries are known by
// their offset.
type info []byte

func newInfo() *info {
	i := info(make([]byte, 11))
	binary.LittleEndian.PutUint16(i[4:], 4)
	i[10] = 8
	return (*info)(&i)
}

func (i *info) add(entry byte, attributes ...any) (offset uint32) {
	offset = uint32(len(*i))
	*i = append(*i, entry)
	*i = append(*i, marshal(attributes...)...)
	return offset
}

func (i *info) next() uint32 { return uint32(len(*i)) }

func (i *info) object(abbreviations []byte) []byte {
	binary.LittleEndian.PutUint32(*i, uint32(len(*i)-4))
	return craft([]section{program(2), data(".debug_info", *i), data(".debug_abbrev", abbreviations)}, []symbol{function("f", 0, 2)})
}

func name(s string) []byte { return append([]byte(s), 0) }

func TestRecordsInCraftedDWARF(t *testing.T) {
	// Each case adds the entry that is the type of the field x.
	tests := map[string]struct {
		build func(*info) (offset uint32)
		found bool
	}{
		"an integer of 8 bytes":   {func(i *info) uint32 { return i.add(baseEntry, uint8(8)) }, true},
		"an integer of 4 bytes":   {func(i *info) uint32 { return i.add(baseEntry, uint8(4)) }, false},
		"a typedef of an integer": {func(i *info) uint32 { return i.add(typedefEntry, i.add(baseEntry, uint8(8))) }, true},
		"a typedef of itself":     {func(i *info) uint32 { return i.add(typedefEntry, i.next()) }, false},
		"two of each other":       {func(i *info) uint32 { return i.add(typedefEntry, i.add(typedefEntry, i.next()+5)) }, false},
		"an array of itself":      {func(i *info) uint32 { return i.add(arrayEntry, i.next()) }, false},
		"a chain of typedefs": {func(i *info) uint32 {
			offset := i.add(baseEntry, uint8(8))
			for len(*i) < maxDebugSection/2 {
				offset = i.add(typedefEntry, offset)
			}
			return offset
		}, false},
		"an offset of nothing":    {func(*info) uint32 { return 0 }, false},
		"an offset after the end": {func(*info) uint32 { return 1 << 31 }, false},
		"the unit":                {func(*info) uint32 { return 11 }, false},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			i := newInfo()
			i.add(unitEntry)
			target := test.build(i)
			i.add(variableEntry, target)
			i.add(structEntry, name("record"), uint8(24))
			i.add(memberEntry, name("x"), target, uint8(16))
			i.add(0)
			i.add(0)
			o, err := Parse(i.object(abbreviations))
			assert.NoError(t, err)
			layouts, err := o.Records("x")
			if test.found {
				assert.NoError(t, err)
				assert.Equal(t, []Layout{{"record", 16, 24}}, layouts)
				return
			}
			assert.ErrorIs(t, err, ErrNoRecord)
			own, foreign := o.owns("record")
			assert.False(t, own)
			assert.True(t, foreign)
		})
	}
}

func TestRecordsOfCraftedStructures(t *testing.T) {
	tests := map[string]struct {
		build func(i *info, u64 uint32)
		want  []Layout
	}{
		"a member after a nested structure": {func(i *info, u64 uint32) {
			i.add(structEntry, name("outer"), uint8(24))
			i.add(structEntry, name("inner"), uint8(8))
			i.add(memberEntry, name("y"), u64, uint8(0))
			i.add(0)
			i.add(memberEntry, name("x"), u64, uint8(16))
			i.add(0)
		}, []Layout{{"outer", 16, 24}}},
		"the same structure twice": {func(i *info, u64 uint32) {
			for range 2 {
				i.add(structEntry, name("record"), uint8(8))
				i.add(memberEntry, name("x"), u64, uint8(0))
				i.add(0)
			}
		}, []Layout{{"record", 0, 8}}},
		"a member past the end": {func(i *info, u64 uint32) {
			i.add(structEntry, name("record"), uint8(23))
			i.add(memberEntry, name("x"), u64, uint8(16))
			i.add(0)
		}, nil},
		"a member of nothing": {func(i *info, u64 uint32) {
			i.add(memberEntry, name("x"), u64, uint8(0))
		}, nil},
		"more ends than beginnings": {func(i *info, u64 uint32) {
			i.add(0)
			i.add(0)
			i.add(structEntry, name("record"), uint8(8))
			i.add(memberEntry, name("x"), u64, uint8(0))
		}, []Layout{{"record", 0, 8}}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			i := newInfo()
			i.add(unitEntry)
			test.build(i, i.add(baseEntry, uint8(8)))
			o, err := Parse(i.object(abbreviations))
			assert.NoError(t, err)
			layouts, _ := o.Records("x")
			assert.Equal(t, test.want, layouts)
		})
	}
}

func TestRecordsInDamagedDWARF(t *testing.T) {
	entries := func(n int, entry ...byte) *info {
		i := newInfo()
		i.add(unitEntry)
		*i = append(*i, bytes.Repeat(entry, n)...)
		return i
	}
	units := bytes.Repeat(marshal(uint32(7), uint16(4), uint32(0), uint8(8)), maxUnits+1)
	// An entry with attributes that take no room.
	empty := []byte{unitEntry, 0x11, 1}
	empty = append(empty, bytes.Repeat([]byte{0x3f, 0x19}, 1<<14)...) // external, flag_present
	empty = append(empty, 0, 0, 0)

	tests := map[string]struct {
		object []byte
		want   string
	}{
		"an entry that is cut":      {entries(1, 0x80).object(abbreviations), "it has too many entries"},
		"a unit that is cut":        {craft([]section{program(2), data(".debug_info", []byte{9, 0, 0, 0, 4})}, []symbol{function("f", 0, 2)}), "a unit of 9 bytes"},
		"no abbreviations":          {entries(1, 0).object(nil), "damaged"},
		"too many units":            {craft([]section{program(2), data(".debug_info", units), data(".debug_abbrev", abbreviations)}, []symbol{function("f", 0, 2)}), "more than 16 units"},
		"too many abbreviations":    {entries(1, 0).object(make([]byte, maxAbbreviations+1)), "65537 bytes of abbreviations"},
		"attributes without number": {entries(1<<10, unitEntry).object(empty), "it has too many entries"},
		"too much of it":            {entries(maxDebugSection, 0).object(abbreviations), ".debug_info has 1048588 bytes"},
		"a long string": {craft([]section{program(2), data(".debug_info", *entries(1, 0)), data(".debug_abbrev", abbreviations),
			data(".debug_str", []byte(strings.Repeat("x", maxName+1)))}, []symbol{function("f", 0, 2)}), "a name in it has 2049 bytes"},
		"none": {craft([]section{program(2)}, []symbol{function("f", 0, 2)}), "build it with -g"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			o, err := Parse(test.object)
			assert.NoError(t, err)
			layouts, err := o.Records("x")
			assert.ErrorIs(t, err, ErrNoTypes)
			assert.ErrorContains(t, err, test.want)
			assert.Empty(t, layouts)
			own, foreign := o.owns("record")
			assert.False(t, own || foreign)
		})
	}
}
