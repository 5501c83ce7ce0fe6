package local

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestReadElements(t *testing.T) {
	// read reads a map that has n elements with values of some bytes.
	read := func(n uint32, size int) ([]testbed.Element, error) {
		next := func(previous any) ([]byte, error) {
			i := uint32(0)
			if previous != nil {
				i = binary.NativeEndian.Uint32(previous.([]byte)) + 1
			}
			if i == n {
				return nil, nil
			}
			return binary.NativeEndian.AppendUint32(nil, i), nil
		}
		value := make([]byte, size)
		return readElements(t.Context(), next, func([]byte) ([][]byte, error) { return [][]byte{value}, nil })
	}
	const large = 1 << 10
	for _, test := range []struct {
		n    uint32
		size int
		ok   bool
	}{
		{0, 8, true},
		{maxElements, 8, true},
		{maxElements + 1, 8, false},
		{maxElementBytes / large, large - 4, true},
		{maxElementBytes/large + 1, large - 4, false},
	} {
		elements, err := read(test.n, test.size)
		if test.ok {
			require.NoError(t, err, "%+v", test)
			assert.Len(t, elements, int(test.n))
		} else {
			assert.EqualError(t, err, "more than 65536 elements or 8388608 bytes", "%+v", test)
		}
	}
}
