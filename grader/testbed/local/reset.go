package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// The kernel frees programs and maps after a grace period. resetDeadline is
// generous for an emulated, loaded machine.
const (
	resetDeadline = time.Minute
	resetPoll     = 2 * time.Millisecond
)

// Reset implements [testbed.Testbed].
func (tb *Testbed) Reset(ctx context.Context) ([]testbed.Leftover, error) {
	left, traces, err := tb.detach(ctx)
	if err == nil {
		var stay []testbed.Leftover
		stay, err = awaitGone(ctx, traces)
		left = append(left, stay...)
	}
	if err != nil {
		return nil, fmt.Errorf("reset: %w", err)
	}
	return left, nil
}

// detach ends what runs and unloads what is loaded, all of it even when a part
// fails. It returns what the started program has left, and what of the loaded
// object is to be gone soon.
func (tb *Testbed) detach(ctx context.Context) ([]testbed.Leftover, []trace, error) {
	var errs []error
	if tb.parent != nil {
		errs = append(errs, tb.parent.dismiss())
	}
	left, err := tb.endProgram(ctx)
	errs = append(errs, err, removeTemp(&tb.installed))
	traces, err := tb.traces()
	errs = append(errs, err, tb.unload())
	return left, traces, errors.Join(errs...)
}

// awaitGone waits until the kernel has freed everything, for no longer than
// resetDeadline, and returns what stays.
func awaitGone(ctx context.Context, traces []trace) ([]testbed.Leftover, error) {
	deadline := time.Now().Add(resetDeadline)
	for {
		traces = slices.DeleteFunc(traces, func(t trace) bool { return !t.exists() })
		if len(traces) == 0 || time.Now().After(deadline) {
			var left []testbed.Leftover
			for _, t := range traces {
				left = append(left, t.Leftover)
			}
			return left, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(resetPoll):
		}
	}
}

// trace is something in the kernel and a way to see whether it is still there.
// Maps and programs are not opened for that: each time a map of programs is
// closed the kernel takes a reference to clear it, which it never gives back
// when the clearing before is still to be done (prog_array_map_clear in
// kernel/bpf/arraymap.c).
type trace struct {
	testbed.Leftover
	exists func() bool
}

// traces lists what the loaded object put into the kernel.
func (tb *Testbed) traces() ([]trace, error) {
	var all []trace
	for id, prog := range tb.programs {
		all = append(all, trace{
			testbed.Leftover{Kind: "program", Name: prog.String(), ID: id},
			func() bool {
				next, err := ebpf.ProgramGetNextID(ebpf.ProgramID(id - 1))
				return err == nil && next == ebpf.ProgramID(id)
			},
		})
	}
	for id, m := range tb.maps {
		all = append(all, trace{
			testbed.Leftover{Kind: "map", Name: m.String(), ID: id},
			func() bool {
				next, err := ebpf.MapGetNextID(ebpf.MapID(id - 1))
				return err == nil && next == ebpf.MapID(id)
			},
		})
	}
	for name, links := range tb.links {
		for _, l := range links {
			info, err := l.Info()
			if errors.Is(err, ebpf.ErrNotSupported) {
				continue // attached through a perf event, which has no id
			}
			if err != nil {
				return nil, err
			}
			all = append(all, trace{
				testbed.Leftover{Kind: "link", Name: name, ID: uint32(info.ID)},
				func() bool {
					l, err := link.NewFromID(info.ID)
					return err == nil && l.Close() == nil
				},
			})
		}
	}
	return all, nil
}

// unload closes everything of the loaded object and forgets it.
func (tb *Testbed) unload() error {
	var errs []error
	for _, w := range tb.watchers {
		errs = append(errs, w.stop())
	}
	for _, links := range tb.links {
		for _, l := range links {
			errs = append(errs, l.Close())
		}
	}
	if tb.collection != nil {
		tb.collection.Close()
	}
	if tb.pins != "" {
		errs = append(errs, os.RemoveAll(tb.pins))
		tb.pins = ""
	}
	tb.forget()
	return errors.Join(errs...)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
