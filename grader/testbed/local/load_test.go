package local

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHasWholeLog(t *testing.T) {
	for _, test := range []struct {
		name    string
		verdict []string
		want    bool
	}{
		{"a mistake", []string{"R1 invalid mem access 'scalar'", "verification time 12 usec", "stack depth 8", "processed 7 insns (limit 1000000) max_states_per_insn 0"}, true},
		{"before the first instruction", []string{"invalid kernel BTF"}, true},
		{"nothing", nil, true},
		{"too large", []string{"BPF program is too large. Processed 1000001 insn", "processed 1000001 insns (limit 1000000) max_states_per_insn 4"}, false},
		{"more than can be counted", []string{"processed 99999999999999999999 insns"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, hasWholeLog(test.verdict))
		})
	}
}
