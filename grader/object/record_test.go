package object

import (
	"errors"
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecords(t *testing.T) {
	tests := map[string]struct {
		object, field string
		want          []Layout
	}{
		// What is in BTF comes first. Neither the field of 4 bytes nor the
		// bitfield is among them, and the one in a member without a name
		// counts as one of the whole structure.
		"BTF and DWARF": {"records.bpf.o", "count_value", []Layout{{"wide", 24, 64}, {"", 8, 48}, {"packed", 4, 12}}},
		"BTF alone":     {"records-stripped.bpf.o", "count_value", []Layout{{"wide", 24, 64}}},
		"a map's value": {"tracepoint.bpf.o", "count", []Layout{{"value", 0, 32}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			layouts, err := read(t, test.object).Records(test.field)
			require.NoError(t, err)
			assert.Equal(t, test.want, layouts)
		})
	}
}

func TestRecordsNotFound(t *testing.T) {
	tests := map[string]struct {
		object, field string
		want          error
	}{
		"no such field":             {"records.bpf.o", "count", ErrNoRecord},
		"a field of an array":       {"records.bpf.o", "raw", ErrNoRecord},
		"a field of 4 bytes":        {"records.bpf.o", "pid", ErrNoRecord},
		"no name":                   {"records.bpf.o", "", ErrNoRecord},
		"not in BTF, and no DWARF":  {"records-stripped.bpf.o", "raw", ErrNoTypes},
		"neither BTF nor DWARF":     {"no-map.bpf.o", "count_value", ErrNoTypes},
		"DWARF without the members": {"access.bpf.o", "count_value", ErrNoRecord},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			layouts, err := read(t, test.object).Records(test.field)
			assert.ErrorIs(t, err, test.want)
			assert.Equal(t, errors.Is(test.want, ErrNoTypes), errors.Is(err, ErrNoTypes))
			assert.Empty(t, layouts)
		})
	}
}

func TestSearchOfCraftedTypes(t *testing.T) {
	itself := structure(16)
	itself.Members = []btf.Member{member("", itself, 8), member("x", u64, 8)}
	// Each of these contains the next twice.
	many := structure(8)
	for range 64 {
		many = structure(8, member("", many, 0), member("", many, 0))
	}
	tests := map[string]struct {
		t      btf.Type
		offset int
		found  bool
	}{
		"a member of 4 bytes":     {structure(8, member("x", u32, 0)), 0, false},
		"a member without a type": {structure(8, member("x", nil, 0)), 0, false},
		"a member between bytes":  {structure(16, btf.Member{Name: "x", Type: u64, Offset: 4}), 0, false},
		"a structure in itself":   {itself, 8, true},
		"structures of two each":  {many, 0, false},
		"a union in a structure":  {structure(16, member("", &btf.Union{Size: 8, Members: []btf.Member{member("y", u64, 0), member("x", u64, 0)}}, 8)), 8, true},
		"a member with a name":    {structure(16, member("in", structure(8, member("x", u64, 0)), 8)), 8, true},
		"its own comes first":     {structure(24, member("in", structure(16, member("x", u64, 8)), 0), member("x", u64, 16)), 16, true},
		"behind a typedef":        {structure(16, member("", typedef(structure(8, member("x", typedef(u64), 0))), 8)), 8, true},
		"no type":                 {nil, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := search{field: "x", without: make(map[btf.Type]bool), embedded: make(map[btf.Type]bool)}
			offset, found := s.offset(test.t, 0)
			assert.Equal(t, test.found, found)
			assert.Equal(t, test.offset, offset)
		})
	}
}

func TestLayoutUint64(t *testing.T) {
	l := Layout{Offset: 4, Size: 12}
	value, ok := l.Uint64([]byte{9, 9, 9, 9, 1, 2, 0, 0, 0, 0, 0, 0x80, 9})
	assert.True(t, ok)
	assert.Equal(t, uint64(0x8000000000000201), value)
	_, ok = l.Uint64(make([]byte, 11))
	assert.False(t, ok)
	_, ok = l.Uint64(nil)
	assert.False(t, ok)
}

func TestFitting(t *testing.T) {
	small, packed, wide := Layout{"small", 0, 8}, Layout{"packed", 4, 13}, Layout{"wide", 24, 64}
	other := Layout{"other", 16, 64}
	layouts := []Layout{small, packed, wide, other}
	tests := map[string]struct {
		bytes int
		want  []Layout
	}{
		"as it was sent":         {8, []Layout{small}},
		"padded by perf":         {12, []Layout{small}},
		"packed, as it was sent": {13, []Layout{packed}},
		"packed, padded":         {20, []Layout{packed}},
		"wide, as it was sent":   {64, []Layout{wide, other}},
		"wide, padded":           {68, []Layout{wide, other}},
		"a pointer's size":       {4, nil},
		"cut":                    {16, nil},
		"padded twice":           {28, nil},
		"nothing":                {0, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, Fitting(layouts, test.bytes)) })
	}
	assert.Empty(t, Fitting(nil, 8))
}
