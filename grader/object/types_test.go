package object

import (
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/stretchr/testify/assert"
)

func TestTypeName(t *testing.T) {
	itself := &btf.Array{Nelems: 2}
	itself.Type = itself
	tests := map[string]struct {
		t    btf.Type
		size uint32
		want string
	}{
		"not known":                {nil, 12, "12 bytes"},
		"void":                     {(*btf.Void)(nil), 0, "0 bytes"},
		"a variable":               {&btf.Datasec{Name: ".bss", Size: 8}, 8, "8 bytes"},
		"u8":                       {u8, 1, "u8"},
		"u64":                      {u64, 8, "u64"},
		"s32":                      {s32, 4, "s32"},
		"char":                     {char, 1, "char"},
		"char of another compiler": {&btf.Int{Name: "c", Size: 1, Encoding: btf.Char}, 1, "char"},
		"bool":                     {truth, 1, "bool"},
		"a typedef":                {typedef(u32), 4, "u32"},
		"a structure":              {structure(8), 8, "struct value"},
		"without a name":           {&btf.Struct{Size: 8}, 8, "struct {…}"},
		"a union":                  {&btf.Union{Name: "u"}, 8, "union u"},
		"an enumeration":           {kind, 4, "enum kind"},
		"a pointer":                {&btf.Pointer{Target: structure(8)}, 8, "pointer"},
		"an array":                 {&btf.Array{Type: typedef(char), Nelems: 16}, 16, "char[16]"},
		"an array of arrays":       {&btf.Array{Type: &btf.Array{Type: u16, Nelems: 3}, Nelems: 2}, 12, "u16[2][3]"},
		"an array of itself":       {itself, 8, "array"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, typeName(test.t, test.size))
		})
	}
}
