package grader

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func u32(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }
func u64(n uint64) []byte { return binary.NativeEndian.AppendUint64(nil, n) }

func TestMapHasTypesAndID(t *testing.T) {
	_, err := runOn(t, &fake{}, func(c *T) {
		m := c.Map("counter")
		assert.Equal(t, uint32(counterID), m.ID)
		assert.Equal(t, "counter: Array, u32 -> u64, 1 entry", m.String())
		assert.NotNil(t, m.Value)
	})
	require.NoError(t, err)
}

func TestMapThatIsNotThere(t *testing.T) {
	r, err := runOn(t, &fake{}, func(t *T) { t.Map("cnt") })
	require.NoError(t, err)
	assert.Equal(t, StatusFail, r.Status)
	assert.Equal(t, "a map named cnt", r.Expected)
	assert.Contains(t, r.Message, "no map named cnt; the object has counter: Array, u32 -> u64, 1 entry; events: PerfEventArray")
	assert.NotEmpty(t, r.Help)
}

func TestMapThatTheKernelLacksIsNotTheStudentsFault(t *testing.T) {
	r, err := runOn(t, &fake{maps: []testbed.Map{{ID: 1, Name: "wide"}}}, func(t *T) { t.Map("counter") })
	assert.ErrorContains(t, err, "map counter: in the object but not in the kernel")
	assert.Equal(t, StatusError, r.Status)
}

func TestUint64(t *testing.T) {
	for name, test := range map[string]struct {
		name    string
		values  [][]byte
		err     error
		key     uint32
		want    uint64
		message string
		infra   bool
	}{
		"8 bytes":             {values: [][]byte{u64(1 << 40)}, want: 1 << 40},
		"4 bytes":             {values: [][]byte{u32(7)}, want: 7},
		"every processor":     {values: [][]byte{u64(1), u64(2), u64(4)}, want: 7},
		"processors, 4 bytes": {values: [][]byte{u32(1 << 31), u32(1 << 31)}, want: 1 << 32},
		"2 bytes":             {values: [][]byte{{1, 0}}, message: "The values of the map counter are not integers."},
		"no bytes":            {values: [][]byte{{}}, message: "The values of the map counter are not integers."},
		"no element":          {values: [][]byte{u64(1)}, key: 3, message: "The map counter has no element 3."},
		"keys of 8 bytes":     {name: "wide", message: "The map wide has no elements with keys of 4 bytes."},
		"a perf event array":  {name: "events", message: "The map events has no elements with keys of 4 bytes."},
		"a ring buffer":       {name: "ring", message: "The map ring has no elements with keys of 4 bytes."},
		"an error":            {err: errors.New("boom"), infra: true},
	} {
		t.Run(name, func(t *testing.T) {
			if test.name == "" {
				test.name = "counter"
			}
			tb := &fake{
				errs:   map[string]error{"Lookup": test.err},
				values: map[uint32][][]byte{counterID: test.values},
			}
			var got uint64
			r, err := runOn(t, tb, func(t *T) { got = t.Map(test.name).Uint64(test.key) })
			if test.infra {
				assert.ErrorIs(t, err, test.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.message, r.Message)
			assert.Equal(t, test.message == "", r.Status == StatusPass)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestSet(t *testing.T) {
	_, err := runOn(t, &fake{}, func(c *T) {
		assert.True(t, c.Map("counter").Set(0, 1<<40))
		assert.Equal(t, uint64(1<<40), c.Map("counter").Uint64(0))
	})
	require.NoError(t, err)

	_, err = runOn(t, &fake{errs: map[string]error{"Update": testbed.ErrNotPermitted}}, func(c *T) {
		assert.False(t, c.Map("counter").Set(0, 1))
	})
	require.NoError(t, err)

	boom := errors.New("boom")
	_, err = runOn(t, &fake{errs: map[string]error{"Update": boom}}, func(t *T) { t.Map("counter").Set(0, 1) })
	assert.ErrorIs(t, err, boom)
}

func TestMapThatOnlyProgramsRead(t *testing.T) {
	r, err := runOn(t, &fake{errs: map[string]error{"Lookup": testbed.ErrNotPermitted}}, looksUp)
	require.NoError(t, err)
	assert.Equal(t, StatusFail, r.Status)
	assert.Contains(t, r.Help, "BPF_F_WRONLY")
}

func TestRecords(t *testing.T) {
	records := &testbed.Records{Records: []testbed.Record{{CPU: 1, Data: []byte{1}}}, Lost: 2}
	tb := &fake{records: map[uint32]*testbed.Records{eventsID: records, ringID: records}}
	for _, name := range []string{"events", "ring"} {
		_, err := runOn(t, tb, func(c *T) { assert.Equal(t, records, c.Map(name).Records()) })
		require.NoError(t, err)
	}

	r, err := runOn(t, tb, func(t *T) { t.Map("counter").Records() })
	require.NoError(t, err)
	assert.Equal(t, StatusFail, r.Status)
	assert.Equal(t, "The map counter carries no records.", r.Message)
	assert.Equal(t, "counter: Array, u32 -> u64, 1 entry", r.Actual)

	boom := errors.New("boom")
	_, err = runOn(t, &fake{errs: map[string]error{"Records": boom}}, func(t *T) { t.Map("events").Records() })
	assert.ErrorIs(t, err, boom)
}
