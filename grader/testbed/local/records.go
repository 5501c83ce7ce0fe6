package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/perf"
	"github.com/cilium/ebpf/ringbuf"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// watcher collects the records of one map.
type watcher struct {
	// read returns the next record, or errDrained after a flush when there is
	// none left.
	read  func() (record testbed.Record, lost uint64, err error)
	flush func() error
	close func() error

	// batches carries what was collected up to each flush; it is closed when
	// the reader ends.
	batches chan batch
}

type batch struct {
	records testbed.Records
	err     error
}

var errDrained = errors.New("drained")

// Watch implements [testbed.Testbed].
func (tb *Testbed) Watch(ctx context.Context, req testbed.WatchRequest) error {
	if ctx.Err() != nil {
		return fmt.Errorf("watch map: %w", ctx.Err())
	}
	if tb.watchers[req.MapID] != nil {
		return fmt.Errorf("watch map %d: already watched", req.MapID)
	}
	m, done, err := tb.openMap(req.MapID)
	if err != nil {
		return err
	}
	defer done()

	var w *watcher
	switch m.Type() {
	case ebpf.PerfEventArray:
		w, err = watchPerf(m, req.Pages*os.Getpagesize())
	case ebpf.RingBuf:
		w, err = watchRing(m)
	default:
		return fmt.Errorf("watch map %d: a %s has no records", req.MapID, m.Type())
	}
	if err != nil {
		return fmt.Errorf("watch map %d: %w", req.MapID, permitted(err))
	}
	w.batches = make(chan batch, 1)
	tb.watchers[req.MapID] = w
	go w.collect()
	return nil
}

func watchPerf(m *ebpf.Map, bytes int) (*watcher, error) {
	reader, err := perf.NewReader(m, bytes)
	if err != nil {
		// It leaves a reference to the map open, which keeps the map in the
		// kernel until it is collected.
		runtime.GC()
		return nil, err
	}
	return &watcher{
		read: func() (testbed.Record, uint64, error) {
			record, err := reader.Read()
			if errors.Is(err, perf.ErrFlushed) {
				err = errDrained
			}
			return testbed.Record{CPU: record.CPU, Data: record.RawSample}, record.LostSamples, err
		},
		flush: reader.Flush,
		close: reader.Close,
	}, nil
}

func watchRing(m *ebpf.Map) (*watcher, error) {
	reader, err := ringbuf.NewReader(m)
	if err != nil {
		return nil, err
	}
	return &watcher{
		read: func() (testbed.Record, uint64, error) {
			record, err := reader.Read()
			if errors.Is(err, ringbuf.ErrFlushed) {
				err = errDrained
			}
			return testbed.Record{CPU: -1, Data: record.RawSample}, 0, err
		},
		flush: reader.Flush,
		close: reader.Close,
	}, nil
}

// stop ends the collecting.
func (w *watcher) stop() error {
	err := w.close()
	for range w.batches {
	}
	return err
}

// collect reads all the time, so that a buffer has room for what comes next.
func (w *watcher) collect() {
	defer close(w.batches)
	var b batch
	bytes := 0
	for {
		record, lost, err := w.read()
		switch {
		case errors.Is(err, errDrained):
			w.batches <- b
			b, bytes = batch{}, 0
			continue
		case errors.Is(err, os.ErrClosed):
			return
		case err != nil:
			b.err = err
			w.batches <- b
			return
		}
		b.records.Lost += lost
		switch {
		case lost > 0:
			// Only a notice of lost records.
		case len(b.records.Records) == testbed.MaxRecords || bytes+len(record.Data) > testbed.MaxRecordBytes:
			b.records.Dropped++
		default:
			bytes += len(record.Data)
			b.records.Records = append(b.records.Records, record)
		}
	}
}

// Records implements [testbed.Testbed].
func (tb *Testbed) Records(ctx context.Context, mapID uint32) (*testbed.Records, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("records: %w", ctx.Err())
	}
	w := tb.watchers[mapID]
	if w == nil {
		return nil, fmt.Errorf("records of map %d: not watched", mapID)
	}
	if err := w.flush(); err != nil {
		return nil, fmt.Errorf("records of map %d: %w", mapID, err)
	}
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("records of map %d: %w", mapID, ctx.Err())
	case b, ok := <-w.batches:
		if !ok {
			return nil, fmt.Errorf("records of map %d: %w", mapID, os.ErrClosed)
		}
		if b.err != nil {
			return nil, fmt.Errorf("records of map %d: %w", mapID, b.err)
		}
		return &b.records, nil
	}
}
