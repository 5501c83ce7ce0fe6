package local

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// A record can be empty, and a notice of lost ones is no record.
func TestCollect(t *testing.T) {
	type read struct {
		record testbed.Record
		lost   uint64
		err    error
	}
	reads := make(chan read, 10)
	w := &watcher{
		read: func() (testbed.Record, uint64, error) {
			r, ok := <-reads
			if !ok {
				return testbed.Record{}, 0, os.ErrClosed
			}
			return r.record, r.lost, r.err
		},
		batches: make(chan batch, 2),
	}
	empty, full := testbed.Record{CPU: -1}, testbed.Record{CPU: -1, Data: []byte("one")}
	for _, r := range []read{{record: empty}, {lost: 3}, {record: full}, {record: empty}, {err: errDrained}, {err: errDrained}} {
		reads <- r
	}
	close(reads)
	w.collect()

	first, ok := <-w.batches
	require.True(t, ok)
	assert.Equal(t, testbed.Records{Records: []testbed.Record{empty, full, empty}, Lost: 3}, first.records)
	second, ok := <-w.batches
	require.True(t, ok)
	assert.Empty(t, second.records)
	_, ok = <-w.batches
	assert.False(t, ok)
}
