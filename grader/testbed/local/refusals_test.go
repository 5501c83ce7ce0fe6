package local

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// A request of which one step is out of range is refused before anything of it
// is done: the workers and the disks here can do nothing.
func TestRefusals(t *testing.T) {
	tb := &Testbed{workers: map[int]*worker{0: {}}, disks: &disks{}}

	for want, step := range map[string]testbed.ExecStep{
		"exec step 0: no processor 1":                {Kind: testbed.ExecFailure, CPU: 1, Count: 1},
		"exec step 0: no call of kind 0":             {Count: 1},
		"exec step 0: no call of kind 5":             {Kind: 5, Count: 1},
		"exec step 0: count -1 is out of range":      {Kind: testbed.ExecFailure, Count: -1},
		"exec step 0: count 1048577 is out of range": {Kind: testbed.ExecFailure, Count: maxExecCount + 1},
	} {
		_, err := tb.Exec(t.Context(), testbed.ExecRequest{Steps: []testbed.ExecStep{step}})
		assert.EqualError(t, err, want)
	}

	for want, step := range map[string]testbed.BlockStep{
		"block step 1: 100 bytes is out of range":                {Bytes: 100},
		"block step 1: no disk 2":                                {Disk: testbed.Disks, Bytes: 4096},
		"block step 1: 4096 bytes have no halves of whole pages": {Bytes: 4096, Halved: true},
	} {
		_, err := tb.BlockIO(t.Context(), testbed.BlockRequest{Steps: []testbed.BlockStep{{Bytes: 4096}, step}})
		assert.EqualError(t, err, want)
	}
}
