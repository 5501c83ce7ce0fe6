package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// maxElements and maxElementBytes bound what Elements returns.
const (
	maxElements     = 1 << 16
	maxElementBytes = 8 << 20
)

// openMap opens a map by its id. The loaded object's own maps are at hand.
func (tb *Testbed) openMap(id uint32) (m *ebpf.Map, done func(), err error) {
	if m := tb.maps[id]; m != nil {
		return m, func() {}, nil
	}
	m, err = ebpf.NewMapFromID(ebpf.MapID(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("open map %d: %w", id, testbed.ErrGone)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open map %d: %w", id, err)
	}
	return m, func() { m.Close() }, nil
}

// Lookup implements [testbed.Testbed].
func (tb *Testbed) Lookup(ctx context.Context, mapID uint32, key []byte) (*testbed.Element, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("look up: %w", ctx.Err())
	}
	m, done, err := tb.openMap(mapID)
	if err != nil {
		return nil, err
	}
	defer done()
	values, err := lookup(m, key)
	if errors.Is(err, ebpf.ErrKeyNotExist) {
		return nil, fmt.Errorf("look up in map %d: %w", mapID, testbed.ErrKeyNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("look up in map %d: %w", mapID, permitted(err))
	}
	return &testbed.Element{Key: key, Values: values}, nil
}

func lookup(m *ebpf.Map, key []byte) ([][]byte, error) {
	if perCPU(m.Type()) {
		var values [][]byte
		if err := m.Lookup(key, &values); err != nil {
			return nil, err
		}
		return values, nil
	}
	value, err := m.LookupBytes(key)
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, ebpf.ErrKeyNotExist
	}
	return [][]byte{value}, nil
}

// permitted makes an error plain that the kernel has for accesses that a map's
// flags forbid to user space. What it may do is no question here: it is root.
func permitted(err error) error {
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("%w: %w", testbed.ErrNotPermitted, err)
	}
	return err
}

// Update implements [testbed.Testbed].
func (tb *Testbed) Update(ctx context.Context, mapID uint32, key, value []byte) error {
	if ctx.Err() != nil {
		return fmt.Errorf("update map: %w", ctx.Err())
	}
	m, done, err := tb.openMap(mapID)
	if err != nil {
		return err
	}
	defer done()
	if perCPU(m.Type()) {
		cpus, err := ebpf.PossibleCPU()
		if err != nil {
			return fmt.Errorf("update map %d: %w", mapID, err)
		}
		err = m.Update(key, slices.Repeat([][]byte{value}, cpus), ebpf.UpdateAny)
		if err != nil {
			return fmt.Errorf("update map %d: %w", mapID, permitted(err))
		}
		return nil
	}
	if err := m.Update(key, value, ebpf.UpdateAny); err != nil {
		return fmt.Errorf("update map %d: %w", mapID, permitted(err))
	}
	return nil
}

// Elements implements [testbed.Testbed].
func (tb *Testbed) Elements(ctx context.Context, mapID uint32) ([]testbed.Element, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read map: %w", ctx.Err())
	}
	m, done, err := tb.openMap(mapID)
	if err != nil {
		return nil, err
	}
	defer done()
	elements, err := readElements(ctx, m.NextKeyBytes, func(key []byte) ([][]byte, error) { return lookup(m, key) })
	if err != nil {
		return nil, fmt.Errorf("read map %d: %w", mapID, permitted(err))
	}
	return elements, nil
}

// readElements reads a map to its end: next returns the key after another one,
// values what stands at a key.
func readElements(ctx context.Context, next func(previous any) ([]byte, error), values func(key []byte) ([][]byte, error)) ([]testbed.Element, error) {
	var elements []testbed.Element
	var previous any
	bytes := 0
	for len(elements) <= maxElements && bytes <= maxElementBytes {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		key, err := next(previous)
		if err != nil {
			return nil, err
		}
		if key == nil {
			return elements, nil
		}
		previous = key
		all, err := values(key)
		if errors.Is(err, ebpf.ErrKeyNotExist) {
			continue // deleted in between
		}
		if err != nil {
			return nil, err
		}
		elements = append(elements, testbed.Element{Key: key, Values: all})
		bytes += len(key)
		for _, value := range all {
			bytes += len(value)
		}
	}
	return nil, fmt.Errorf("more than %d elements or %d bytes", maxElements, maxElementBytes)
}

func perCPU(t ebpf.MapType) bool {
	switch t {
	case ebpf.PerCPUArray, ebpf.PerCPUHash, ebpf.LRUCPUHash, ebpf.PerCPUCGroupStorage:
		return true
	}
	return false
}
