package grader

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Map is a map of the submission, in the kernel and with the types that the
// object file gives it.
type Map struct {
	*object.Map
	// ID is the kernel's id of the map.
	ID uint32

	t *T
}

// Map returns the submission's map of that name; without one it fails the
// check and says what there is instead.
func (t *T) Map(name string) *Map {
	m, err := t.Object.Map(name)
	if err != nil {
		f := Failure{
			Expected: "a map named " + name,
			Message:  err.Error(),
			Help:     fmt.Sprintf("The name of the variable before SEC(\".maps\") is the name of the map: it must be %s.", name),
		}
		var missing *object.MapError
		if errors.As(err, &missing) && missing.Near != "" {
			f.Help = fmt.Sprintf("The name of the variable before SEC(\".maps\") is the name of the map: is %s the one? Call it %s.", missing.Near, name)
		}
		t.Fail(f)
	}
	for _, loaded := range t.Loaded.Maps {
		if loaded.Name == name[:min(len(name), maxKernelName)] || loaded.Name == name {
			return &Map{Map: m, ID: loaded.ID, t: t}
		}
	}
	if t.session != nil && t.session.current != nil {
		t.Fail(Failure{
			Expected: "a map named " + name + " in the kernel",
			Actual:   "no such map",
			Message:  fmt.Sprintf("The program has no map %s in the kernel.", name),
			Help:     "It must load the whole of prog.bpf.o.",
		})
	}
	t.Infra(fmt.Errorf("map %s: in the object but not in the kernel", name))
	return nil
}

// maxKernelName is how much the kernel keeps of a map's name, in bytes: what
// BPF_OBJ_NAME_LEN of linux/bpf.h leaves for it.
const maxKernelName = 15

// Key is a u32 key as a map takes it.
func Key(n uint32) []byte {
	return binary.NativeEndian.AppendUint32(nil, n)
}

// readable are the types of maps that are read by key.
var readable = []string{"Array", "PerCPUArray", "Hash", "PerCPUHash", "LRUHash", "LRUCPUHash"}

// Uint64 reads the unsigned integer at a u32 key: that of every processor
// added up where the map is per CPU. It fails the check when the map has no
// such keys or not this one, or its values are neither 4 nor 8 bytes long.
func (m *Map) Uint64(key uint32) uint64 {
	if !slices.Contains(readable, m.Type) || m.KeySize != 4 {
		m.t.Fail(Failure{
			Expected: "a map with keys of 4 bytes",
			Actual:   m.String(),
			Message:  fmt.Sprintf("The map %s has no elements with keys of 4 bytes.", m.Name),
		})
	}
	element, err := m.t.tb.Lookup(m.t.ctx, m.ID, Key(key))
	if errors.Is(err, testbed.ErrKeyNotFound) {
		m.t.Fail(Failure{
			Expected: fmt.Sprintf("an element %d in the map %s", key, m.Name),
			Actual:   "no such element",
			Message:  fmt.Sprintf("The map %s has no element %d.", m.Name, key),
		})
	}
	m.readable(err)
	var sum uint64
	for _, value := range element.Values {
		switch len(value) {
		case 4:
			sum += uint64(binary.NativeEndian.Uint32(value))
		case 8:
			sum += binary.NativeEndian.Uint64(value)
		default:
			m.t.Fail(Failure{
				Expected: "values of 4 or 8 bytes",
				Actual:   fmt.Sprintf("values of %d bytes", len(value)),
				Message:  fmt.Sprintf("The values of the map %s are not integers.", m.Name),
			})
		}
	}
	return sum
}

// readable ends the check when err is not nil: it fails when the map's flags
// let nobody but BPF programs read.
func (m *Map) readable(err error) {
	if errors.Is(err, testbed.ErrNotPermitted) {
		m.t.Fail(Failure{
			Expected: fmt.Sprintf("a map %s that user space can read", m.Name),
			Actual:   "its flags do not permit it",
			Message:  fmt.Sprintf("The flags of the map %s keep everybody but BPF programs from reading it.", m.Name),
			Help:     "Leave BPF_F_WRONLY out of its map_flags.",
		})
	}
	m.t.Infra(err)
}

// Elements reads the whole map, in the kernel's order.
func (m *Map) Elements() []testbed.Element {
	elements, err := m.t.tb.Elements(m.t.ctx, m.ID)
	m.readable(err)
	for _, e := range elements {
		if len(e.Key) != int(m.KeySize) || len(e.Values) == 0 {
			m.t.Infra(fmt.Errorf("map %s: an element with a key of %d bytes and %d values", m.Name, len(e.Key), len(e.Values)))
		}
	}
	return elements
}

// Set writes an unsigned integer of 8 bytes at a u32 key; see [Map.Update].
func (m *Map) Set(key uint32, n uint64) bool {
	return m.Update(Key(key), binary.NativeEndian.AppendUint64(nil, n))
}

// Update writes a value at a key, as user space may do at any time. It is false
// when the map's flags let nobody but BPF programs write.
func (m *Map) Update(key, value []byte) bool {
	err := m.t.tb.Update(m.t.ctx, m.ID, key, value)
	if errors.Is(err, testbed.ErrNotPermitted) {
		return false
	}
	m.t.Infra(err)
	return true
}

// sendsRecords tells whether records can be received from maps of a type.
func sendsRecords(mapType string) bool { return mapType == "PerfEventArray" || mapType == "RingBuf" }

// Records takes the records that reached the map since the last call. The map
// must be one of the exercise's Records. It fails the check when the map is
// neither a perf event array nor a ring buffer.
func (m *Map) Records() *testbed.Records {
	if !sendsRecords(m.Type) {
		m.t.Fail(Failure{
			Expected: "a perf event array or a ring buffer",
			Actual:   m.String(),
			Message:  fmt.Sprintf("The map %s carries no records.", m.Name),
		})
	}
	records, err := m.t.tb.Records(m.t.ctx, m.ID)
	m.t.Infra(err)
	return records
}
