package vm

import (
	"context"
	"errors"
	"fmt"

	"github.com/bpfgrade/bpfgrade/bpf"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/rpc"
)

// btfFile is the file of a template that holds the kernel's type information.
const btfFile = "vmlinux.btf"

// prepare goes through everything a submission needs, so that in each guest it
// is loaded, parsed and cached already, and fetches the kernel's BTF.
func prepare(ctx context.Context, client *rpc.Client) (map[string][]byte, error) {
	info, err := client.Info(ctx)
	if err != nil {
		return nil, err
	}
	btf, err := client.KernelBTF(ctx)
	if err != nil {
		return nil, err
	}
	if err := warmUp(ctx, client, info); err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	if err := client.Hangup(ctx); err != nil {
		return nil, err
	}
	return map[string][]byte{btfFile: btf}, nil
}

// warmUp goes through it in a guest.
func (tb *Testbed) warmUp(ctx context.Context) error {
	info, err := tb.Info(ctx)
	if err != nil {
		return err
	}
	return warmUp(ctx, tb, info)
}

// warmUp loads, attaches, runs and unloads an object like a submission's. A
// kernel that cannot do all of it is no error: the exercises say what they
// need.
func warmUp(ctx context.Context, tb testbed.Testbed, info *testbed.Info) error {
	object, err := tb.Load(ctx, testbed.LoadRequest{Object: bpf.Warmup})
	var refused *testbed.LoadError
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, m := range object.Maps {
		if m.Type == "PerfEventArray" {
			if err := tb.Watch(ctx, testbed.WatchRequest{MapID: m.ID, Pages: 64}); err != nil {
				return err
			}
		}
	}
	if _, err := tb.Attach(ctx, testbed.AttachRequest{}); err != nil {
		return err
	}
	var steps []testbed.ExecStep
	for _, cpu := range info.CPUs {
		for _, kind := range testbed.ExecKinds {
			steps = append(steps, testbed.ExecStep{Kind: kind, CPU: cpu, Count: 3})
		}
	}
	if _, err := tb.Exec(ctx, testbed.ExecRequest{Steps: steps}); err != nil {
		return err
	}
	if _, err := tb.Processes(ctx, everyCall(info.CPUs)); err != nil {
		return err
	}
	_, err = tb.BlockIO(ctx, testbed.BlockRequest{Steps: []testbed.BlockStep{{Write: true, Bytes: 4096}, {Bytes: 4096}, {Disk: 1, Bytes: 8192, Halved: true}}})
	if err != nil && !errors.Is(err, testbed.ErrNotSupported) {
		return err
	}
	if _, err := tb.Trace(ctx); err != nil && !errors.Is(err, testbed.ErrNotSupported) {
		return err
	}
	var programs []uint32
	for _, p := range object.Programs {
		programs = append(programs, p.ID)
	}
	if _, err := tb.RunStats(ctx, programs); err != nil {
		return err
	}
	for _, m := range object.Maps {
		switch m.Type {
		case "PerfEventArray":
			_, err = tb.Records(ctx, m.ID)
		case "Array":
			_, err = tb.Lookup(ctx, m.ID, make([]byte, m.KeySize))
		default:
			_, err = tb.Elements(ctx, m.ID)
		}
		if err != nil {
			return err
		}
	}
	_, err = tb.Reset(ctx)
	return err
}

// everyCall asks for two processes, one of them an ordinary user's, whose threads
// make calls of every kind on every processor.
func everyCall(cpus []int) testbed.ProcessRequest {
	req := testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "warm", Threads: 2}, {Comm: "up", Threads: 2, UID: 1000}}}
	for i, kind := range testbed.CallKinds {
		for thread := range 2 {
			for _, cpu := range cpus {
				req.Steps = append(req.Steps, testbed.CallStep{Process: i % 2, Thread: thread, CPU: cpu, Kind: kind, Count: 2})
			}
		}
	}
	if len(req.Steps) > testbed.MaxCallSteps {
		req.Steps = req.Steps[:testbed.MaxCallSteps]
	}
	return req
}
