package object

import (
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/stretchr/testify/assert"
)

func TestMembers(t *testing.T) {
	u32 := &btf.Int{Name: "unsigned int", Size: 4}
	u64 := &btf.Typedef{Name: "u64", Type: &btf.Int{Name: "unsigned long long", Size: 8}}
	char := &btf.Int{Name: "char", Size: 1, Encoding: btf.Char}
	value := &btf.Struct{Name: "value", Size: 40, Members: []btf.Member{
		{Name: "count", Type: &btf.Volatile{Type: u64}},
		{Type: &btf.Union{Size: 8, Members: []btf.Member{{Name: "last_ns", Type: u64}, {Name: "raw", Type: &btf.Array{Type: u32, Nelems: 2}}}}, Offset: 64},
		{Name: "comm", Type: &btf.Array{Type: char, Nelems: 16}, Offset: 128},
		{Name: "flags", Type: u32, Offset: 256, BitfieldSize: 3},
		{Name: "next", Type: &btf.Struct{Name: "other", Size: 4}, Offset: 288},
	}}
	all := Members(&btf.Typedef{Name: "value_t", Type: value})
	assert.Equal(t, []Member{
		{"count", "u64", 0, 8}, {"last_ns", "u64", 8, 8}, {"raw", "u32[2]", 8, 8}, {"comm", "char[16]", 16, 16}, {"flags", "u32:3", 32, 4}, {"next", "struct other", 36, 4},
	}, all)
	assert.Equal(t, "count: u64, last_ns: u64, raw: u32[2], comm: char[16], flags: u32:3, next: struct other", MemberList(all))
	assert.Empty(t, Members(u64))
	assert.Empty(t, Members(nil))
}

// Crafted structures hold each other over and over, or themselves.
func TestMembersOfCraftedTypes(t *testing.T) {
	loop := &btf.Struct{Name: "loop"}
	loop.Members = []btf.Member{{Type: loop}, {Type: loop}, {Name: "x", Type: loop}}
	assert.LessOrEqual(t, len(Members(loop)), maxMembers)
}
