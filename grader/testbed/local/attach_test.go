package local

import (
	"testing"

	"github.com/cilium/ebpf"
	"github.com/stretchr/testify/assert"
)

func TestTailCalled(t *testing.T) {
	spec := &ebpf.CollectionSpec{Maps: map[string]*ebpf.MapSpec{
		"counter": {Type: ebpf.Array, Contents: []ebpf.MapKV{{Key: uint32(0), Value: "not_a_program"}}},
		"jumps": {Type: ebpf.ProgramArray, Contents: []ebpf.MapKV{
			{Key: uint32(0), Value: "first"}, {Key: uint32(1), Value: "second"}, {Key: uint32(2), Value: 7},
		}},
	}}
	assert.Equal(t, map[string]bool{"first": true, "second": true}, tailCalled(spec))
}
