package blockbytes

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader"
)

// TestVarious wants every draw to tell lengths that are cut or rounded from
// those that are right.
func TestVarious(t *testing.T) {
	for seed := range uint64(1000) {
		var all, cut, pages int
		for _, step := range various(&grader.T{Rand: rand.New(rand.NewPCG(seed, 0))}) {
			all += step.Bytes
			cut += int(uint16(step.Bytes))
			pages += (step.Bytes + 4095) / 4096 * 4096
		}
		assert.NotEqual(t, all, cut, "with the seed %d", seed)
		assert.NotEqual(t, all, pages, "with the seed %d", seed)
	}
}
