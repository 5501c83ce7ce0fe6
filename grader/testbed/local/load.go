package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cilium/ebpf"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// bpffs is where the BPF file system is mounted.
const bpffs = "/sys/fs/bpf"

// Load implements [testbed.Testbed].
func (tb *Testbed) Load(ctx context.Context, req testbed.LoadRequest) (*testbed.Object, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("load: %w", ctx.Err())
	}
	if tb.collection != nil {
		return nil, errors.New("load: an object is loaded already")
	}
	begin := time.Now()
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(req.Object))
	if err != nil {
		return nil, loadError(err)
	}

	// Access to global variables maps their memory, which would keep their
	// maps in the kernel until a garbage collection.
	spec.Variables = nil

	options := ebpf.CollectionOptions{}
	if pinsByName(spec) {
		// A pinned map of an earlier run is never found.
		if tb.pins, err = os.MkdirTemp(bpffs, "bpfgrade-"); err != nil {
			return nil, fmt.Errorf("make folder for pins: %w", err)
		}
		options.Maps.PinPath = tb.pins
	}
	collection, err := newCollection(spec, options)
	if err != nil {
		return nil, errors.Join(loadError(err), tb.unload())
	}
	tb.collection, tb.spec = collection, spec
	if ctx.Err() != nil { // the kernel does not look at it
		return nil, errors.Join(fmt.Errorf("load: %w", ctx.Err()), tb.unload())
	}
	loaded, err := tb.describe()
	if err != nil {
		return nil, fmt.Errorf("describe object: %w", err)
	}
	loaded.Duration = time.Since(begin)
	return loaded, nil
}

// newCollection loads an object with a short verifier log, of its verdict alone,
// and once more for the whole of it when the object was refused.
func newCollection(spec *ebpf.CollectionSpec, options ebpf.CollectionOptions) (*ebpf.Collection, error) {
	options.Programs.LogLevel = ebpf.LogLevelStats
	collection, err := ebpf.NewCollectionWithOptions(spec.Copy(), options)
	var verifier *ebpf.VerifierError
	if !errors.As(err, &verifier) || !hasWholeLog(verifier.Log) {
		return collection, err
	}
	options.Programs.LogLevel = ebpf.LogLevelBranch | ebpf.LogLevelStats
	options.Programs.LogSizeStart = logSizeStart
	return ebpf.NewCollectionWithOptions(spec, options)
}

const (
	// logSizeStart is the size at which the buffer of a whole log begins, in
	// bytes.
	logSizeStart = 1 << 20
	// maxLogged is how many instructions the verifier may have looked at for a
	// whole log, which has some 70 bytes for each, and takes the verifier many
	// times as long. Linux gives up after a million.
	maxLogged = 100_000
)

var processed = regexp.MustCompile(`^processed (\d+) insns`)

// hasWholeLog tells by the verdict whether the whole log can be had.
func hasWholeLog(verdict []string) bool {
	for _, line := range verdict {
		if m := processed.FindStringSubmatch(line); m != nil {
			n, err := strconv.Atoi(m[1])
			return err == nil && n <= maxLogged
		}
	}
	return true
}

func pinsByName(spec *ebpf.CollectionSpec) bool {
	for _, m := range spec.Maps {
		if m.Pinning == ebpf.PinByName {
			return true
		}
	}
	return false
}

// describe lists what was loaded and keeps it by its kernel id.
func (tb *Testbed) describe() (*testbed.Object, error) {
	loaded := &testbed.Object{}
	for _, name := range sortedKeys(tb.collection.Programs) {
		prog := tb.collection.Programs[name]
		info, err := objectInfo[programInfo](prog.FD())
		if err != nil {
			return nil, err
		}
		tb.programs[info.id] = prog
		loaded.Programs = append(loaded.Programs, testbed.Program{
			ID:           info.id,
			Name:         name,
			Section:      tb.spec.Programs[name].SectionName,
			Type:         prog.Type().String(),
			Instructions: info.verifiedInstructions,
		})
	}
	for _, name := range sortedKeys(tb.collection.Maps) {
		m := tb.collection.Maps[name]
		info, err := objectInfo[mapInfo](m.FD())
		if err != nil {
			return nil, err
		}
		tb.maps[info.id] = m
		loaded.Maps = append(loaded.Maps, testbed.Map{
			ID:         info.id,
			Name:       name,
			Type:       m.Type().String(),
			KeySize:    m.KeySize(),
			ValueSize:  m.ValueSize(),
			MaxEntries: m.MaxEntries(),
		})
	}
	return loaded, nil
}

// refused finds the program or map that an error of the loader is about.
var refused = regexp.MustCompile(`^(program|map) ([^\s:]+): `)

func loadError(err error) *testbed.LoadError {
	e := &testbed.LoadError{Message: err.Error()}
	if m := refused.FindStringSubmatch(e.Message); m != nil {
		e.Message = e.Message[len(m[0]):]
		if m[1] == "program" {
			e.Program = m[2]
		} else {
			e.Map = m[2]
		}
	}
	var verifier *ebpf.VerifierError
	if errors.As(err, &verifier) {
		e.Log = strings.Join(verifier.Log, "\n")
	}
	return e
}
