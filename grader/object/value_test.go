package object

import (
	"fmt"
	"math"
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	u8     = &btf.Int{Name: "unsigned char", Size: 1}
	u16    = &btf.Int{Name: "unsigned short", Size: 2}
	u32    = &btf.Int{Name: "unsigned int", Size: 4}
	u64    = &btf.Int{Name: "unsigned long long", Size: 8}
	s8     = &btf.Int{Name: "signed char", Size: 1, Encoding: btf.Signed}
	s32    = &btf.Int{Name: "int", Size: 4, Encoding: btf.Signed}
	s64    = &btf.Int{Name: "long long", Size: 8, Encoding: btf.Signed}
	char   = &btf.Int{Name: "char", Size: 1, Encoding: btf.Signed}
	truth  = &btf.Int{Name: "_Bool", Size: 1, Encoding: btf.Bool}
	comm   = &btf.Array{Type: char, Nelems: 4}
	signed = &btf.Enum{Name: "error", Size: 4, Signed: true}
	kind   = &btf.Enum{Name: "kind", Size: 4}
)

func typedef(t btf.Type) btf.Type {
	return &btf.Typedef{Name: "mine", Type: &btf.Const{Type: &btf.Volatile{Type: t}}}
}

func structure(size uint32, members ...btf.Member) *btf.Struct {
	return &btf.Struct{Name: "value", Size: size, Members: members}
}

func member(name string, t btf.Type, offset btf.Bits) btf.Member {
	return btf.Member{Name: name, Type: t, Offset: offset * 8}
}

func bitfield(name string, t btf.Type, offset, size btf.Bits) btf.Member {
	return btf.Member{Name: name, Type: t, Offset: offset, BitfieldSize: size}
}

func TestDecode(t *testing.T) {
	tests := map[string]struct {
		t    btf.Type
		data []byte
		want Value
	}{
		"u8":                           {u8, []byte{0xff}, uint64(255)},
		"u16":                          {u16, []byte{1, 2}, uint64(0x0201)},
		"u32":                          {u32, []byte{0xff, 0xff, 0xff, 0xff}, uint64(math.MaxUint32)},
		"u64":                          {u64, []byte{1, 0, 0, 0, 0, 0, 0, 0x80}, uint64(1<<63 + 1)},
		"s8":                           {s8, []byte{0x80}, int64(-128)},
		"s32":                          {s32, []byte{0xfe, 0xff, 0xff, 0xff}, int64(-2)},
		"s32 that is positive":         {s32, []byte{0xfe, 0xff, 0xff, 0x7f}, int64(math.MaxInt32 - 1)},
		"s64":                          {s64, []byte{0, 0, 0, 0, 0, 0, 0, 0x80}, int64(math.MinInt64)},
		"an integer of an odd size":    {&btf.Int{Size: 3, Encoding: btf.Signed}, []byte{0xff, 0xff, 0xff}, int64(-1)},
		"memory longer than the type":  {u16, []byte{1, 0, 9, 9}, uint64(1)},
		"a typedef of a const":         {typedef(u16), []byte{7, 0}, uint64(7)},
		"true":                         {truth, []byte{2}, true},
		"false":                        {truth, []byte{0}, false},
		"an enumeration":               {kind, []byte{0xff, 0xff, 0xff, 0xff}, uint64(math.MaxUint32)},
		"an enumeration with a sign":   {signed, []byte{0xff, 0xff, 0xff, 0xff}, int64(-1)},
		"an enumeration of 8 bytes":    {&btf.Enum{Size: 8}, []byte{0, 0, 0, 0, 1, 0, 0, 0}, uint64(1 << 32)},
		"a pointer":                    {&btf.Pointer{Target: u8}, []byte{1, 2, 3, 4, 5, 6, 7, 8}, uint64(0x0807060504030201)},
		"a pointer to nothing":         {&btf.Pointer{Target: (*btf.Void)(nil)}, make([]byte, 8), uint64(0)},
		"characters":                   {comm, []byte("sh\x00x"), "sh"},
		"characters to the end":        {comm, []byte("bash!"), "bash"},
		"no characters":                {&btf.Array{Type: char}, nil, ""},
		"characters behind a typedef":  {&btf.Array{Type: typedef(char), Nelems: 3}, []byte("abc"), "abc"},
		"bytes are no characters":      {&btf.Array{Type: u8, Nelems: 2}, []byte("ab"), []Value{uint64('a'), uint64('b')}},
		"signed bytes as well":         {&btf.Array{Type: s8, Nelems: 2}, []byte{1, 0xff}, []Value{int64(1), int64(-1)}},
		"an array":                     {&btf.Array{Type: u16, Nelems: 2}, []byte{1, 0, 2, 0}, []Value{uint64(1), uint64(2)}},
		"an array of arrays":           {&btf.Array{Type: &btf.Array{Type: u8, Nelems: 2}, Nelems: 2}, []byte{1, 2, 3, 4}, []Value{[]Value{uint64(1), uint64(2)}, []Value{uint64(3), uint64(4)}}},
		"an array of strings":          {&btf.Array{Type: comm, Nelems: 2}, []byte("sh\x00\x00ls\x00\x00"), []Value{"sh", "ls"}},
		"an array of nothing":          {&btf.Array{Type: structure(0), Nelems: 2}, nil, []Value{&Struct{}, &Struct{}}},
		"a structure without a member": {structure(4), make([]byte, 4), &Struct{}},
		"a structure with padding": {
			structure(16, member("a", u8, 0), member("b", s64, 8)),
			[]byte{1, 9, 9, 9, 9, 9, 9, 9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
			&Struct{[]Field{{"a", uint64(1)}, {"b", int64(-1)}}},
		},
		"a packed structure": {
			structure(9, member("a", u8, 0), member("b", u64, 1)),
			[]byte{1, 2, 0, 0, 0, 0, 0, 0, 0},
			&Struct{[]Field{{"a", uint64(1)}, {"b", uint64(2)}}},
		},
		"a structure in a structure": {
			structure(4, member("in", structure(2, member("a", u16, 0)), 2)),
			[]byte{9, 9, 1, 0},
			&Struct{[]Field{{"in", &Struct{[]Field{{"a", uint64(1)}}}}}},
		},
		"members without a name stand among the others": {
			structure(4, member("a", u16, 0), member("", &btf.Union{Size: 2, Members: []btf.Member{member("b", u16, 0), member("c", u8, 0)}}, 2)),
			[]byte{1, 0, 2, 1},
			&Struct{[]Field{{"a", uint64(1)}, {"b", uint64(0x0102)}, {"c", uint64(2)}}},
		},
		"a union": {
			&btf.Union{Size: 4, Members: []btf.Member{member("u", u32, 0), member("s", s32, 0)}},
			[]byte{0xff, 0xff, 0xff, 0xff},
			&Struct{[]Field{{"u", uint64(math.MaxUint32)}, {"s", int64(-1)}}},
		},
		"bitfields": {
			structure(8, bitfield("low", u32, 0, 3), bitfield("middle", s32, 3, 5), bitfield("high", u32, 8, 24), bitfield("flag", truth, 32, 1), bitfield("error", signed, 33, 2)),
			[]byte{0b11111_101, 1, 0, 0x80, 0b11_1, 0, 0, 0},
			&Struct{[]Field{{"low", uint64(5)}, {"middle", int64(-1)}, {"high", uint64(0x800001)}, {"flag", true}, {"error", int64(-1)}}},
		},
		"a bitfield of all bits": {
			structure(8, bitfield("all", u64, 0, 64)),
			[]byte{1, 0, 0, 0, 0, 0, 0, 0x80},
			&Struct{[]Field{{"all", uint64(1<<63 + 1)}}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(test.t, test.data)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	loop := &btf.Typedef{Name: "loop"}
	loop.Type = loop
	nest := structure(8)
	nest.Members = []btf.Member{member("next", nest, 0)}
	array := &btf.Array{Nelems: 1}
	array.Type = array

	tests := map[string]struct {
		t    btf.Type
		data []byte
		want string
	}{
		"too little for an integer":      {u32, []byte{1, 2, 3}, "decode u32: 3 bytes instead of 4"},
		"too little for an array":        {&btf.Array{Type: u16, Nelems: 3}, make([]byte, 5), "decode u16[3]: 5 bytes instead of 6"},
		"too little for characters":      {comm, []byte("abc"), "decode char[4]: 3 bytes instead of 4"},
		"too little for a structure":     {structure(16, member("a", u8, 0)), make([]byte, 15), "decode struct value: 15 bytes instead of 16"},
		"nothing":                        {u8, nil, "decode u8: 0 bytes instead of 1"},
		"no type":                        {nil, make([]byte, 8), "decode 0 bytes: type <nil>: type is unsized"},
		"void":                           {(*btf.Void)(nil), make([]byte, 8), "not a type of data"},
		"a function":                     {&btf.FuncProto{}, make([]byte, 8), "type is unsized"},
		"a floating-point number":        {&btf.Float{Size: 8}, make([]byte, 8), "not a type of data"},
		"a forward declaration":          {&btf.Fwd{Name: "x"}, make([]byte, 8), "type is unsized"},
		"an integer without bytes":       {&btf.Int{Encoding: btf.Bool}, nil, "decode an integer of 0 bytes"},
		"an integer that is too long":    {&btf.Int{Size: 16}, make([]byte, 16), "decode an integer of 16 bytes"},
		"an enumeration that is":         {&btf.Enum{Size: 16}, make([]byte, 16), "decode an integer of 16 bytes"},
		"a field after the end":          {structure(8, member("a", u8, 9)), make([]byte, 8), "decode field a: it begins after the end"},
		"a field at the end":             {structure(8, member("a", u8, 8)), make([]byte, 8), "field a: decode u8: 0 bytes instead of 1"},
		"a field far after the end":      {structure(8, btf.Member{Name: "a", Type: u8, Offset: math.MaxUint32}), make([]byte, 8), "it begins after the end"},
		"a field without a type":         {structure(8, member("a", nil, 0)), make([]byte, 8), "type is unsized"},
		"a bitfield after the end":       {structure(8, bitfield("a", u32, 60, 5)), make([]byte, 8), "decode a bitfield of 5 bits"},
		"a bitfield that is too long":    {structure(64, bitfield("a", u32, 0, 65)), make([]byte, 64), "decode a bitfield of 65 bits"},
		"a bitfield across nine bytes":   {structure(64, bitfield("a", u32, 7, 64)), make([]byte, 64), "decode a bitfield of 64 bits"},
		"a typedef of itself":            {loop, make([]byte, 8), "exceeded type depth"},
		"a structure in itself":          {nest, make([]byte, 8), "nested too deeply"},
		"an array of itself":             {array, make([]byte, 8), "exceeded type depth"},
		"an array with a huge size":      {&btf.Array{Type: &btf.Array{Type: u64, Nelems: math.MaxUint32}, Nelems: math.MaxUint32}, make([]byte, 8), "overflow"},
		"too many elements of no size":   {&btf.Array{Type: structure(0), Nelems: maxElements + 1}, nil, "more than 1048576 elements"},
		"a product of elements":          {&btf.Array{Type: &btf.Array{Type: structure(0), Nelems: 1 << 11}, Nelems: 1 << 11}, nil, "more than 1048576 elements"},
		"unions of unions":               {unions(maxDepth), make([]byte, 8), "more than 1048576 elements"},
		"the same characters many times": {views(64, 1<<16), make([]byte, 1<<16), "more than 1048576 elements"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(test.t, test.data)
			assert.ErrorContains(t, err, test.want)
			assert.Nil(t, got)
		})
	}
}

// unions are a union of two unions of two unions, and so on: there are 2^depth
// ways to read it.
func unions(depth int) btf.Type {
	if depth == 0 {
		return u64
	}
	inner := unions(depth - 1)
	return &btf.Union{Size: 8, Members: []btf.Member{member("a", inner, 0), member("b", inner, 0)}}
}

// views are n ways to read the same characters.
func views(n int, size uint32) btf.Type {
	text := &btf.Array{Type: char, Nelems: size}
	u := &btf.Union{Size: size}
	for i := range n {
		u.Members = append(u.Members, member(fmt.Sprint(i), text, 0))
	}
	return u
}

func TestDecodeOfCompiledType(t *testing.T) {
	o := read(t, "tracepoint.bpf.o")
	values, err := o.Map("values")
	require.NoError(t, err)
	data := make([]byte, values.ValueSize)
	copy(data, []byte{3, 0, 0, 0, 0, 0, 0, 0, 's', 'h'})
	copy(data[24:], []byte{0xfe, 0xff, 0xff, 0xff, 0b11111_010, 1})

	value, err := Decode(values.Value, data)
	require.NoError(t, err)
	assert.Equal(t, `{count: 3, comm: "sh", pid: 4294967294, error: -2, low: 2, high: -1, seen: true}`, fmt.Sprint(value))

	slots, err := o.Map("slots")
	require.NoError(t, err)
	value, err = Decode(slots.Value, []byte{1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0})
	require.NoError(t, err)
	assert.Equal(t, []Value{[]Value{uint64(1), uint64(2), uint64(3)}, []Value{uint64(4), uint64(5), uint64(6)}}, value)
}

func TestStruct(t *testing.T) {
	s := &Struct{[]Field{{"count", uint64(3)}, {"comm", "a\n\"b"}, {"in", &Struct{[]Field{{"x", []Value{int64(-1), true}}}}}}}
	assert.Equal(t, `{count: 3, comm: "a\n\"b", in: {x: [-1 true]}}`, s.String())
	assert.Equal(t, "{}", (&Struct{}).String())

	value, ok := s.Field("count")
	assert.True(t, ok)
	assert.Equal(t, uint64(3), value)
	_, ok = s.Field("x")
	assert.False(t, ok)
}
