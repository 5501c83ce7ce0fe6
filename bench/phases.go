package main

import (
	"context"
	"sync"
	"time"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// phase is a part of what it takes to grade a submission.
type phase string

// The phases, in their order. Those of a program are the time until it is ready
// and what it takes to read what it prints and to end it.
const (
	phaseQueue    phase = "queue"    // until a guest is there: its restore, if none is spare
	phaseDescribe phase = "describe" // what the kernel can do
	phaseLoad     phase = "load"     // send, parse and verify the object
	phaseAttach   phase = "attach"
	phaseWorkload phase = "workload" // processes that execute, requests to a disk
	phaseRead     phase = "read"     // maps, records, lines, run counts
	phaseStart    phase = "start"    // send and start the program, until it is ready
	phaseProgram  phase = "program"  // its output, signals and end
	phaseTeardown phase = "teardown" // reset, and the proof that the guest is clean
	phaseRest     phase = "rest"     // building, checks and whatever else is on the host
)

var phases = []phase{
	phaseQueue, phaseDescribe, phaseLoad, phaseAttach, phaseWorkload,
	phaseRead, phaseStart, phaseProgram, phaseTeardown, phaseRest,
}

// stopwatch adds up the time of each phase, for one submission at a time.
type stopwatch struct {
	mu    sync.Mutex
	spent map[phase]time.Duration
}

func (w *stopwatch) add(p phase, begin time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.spent == nil {
		w.spent = make(map[phase]time.Duration)
	}
	w.spent[p] += time.Since(begin)
}

// take returns what was spent since the last call. The rest of total is that of
// phaseRest.
func (w *stopwatch) take(total time.Duration) map[phase]time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	spent := w.spent
	w.spent = nil
	for _, d := range spent {
		total -= d
	}
	spent[phaseRest] = total
	return spent
}

// watched is a grader whose testbeds are timed. It grades one submission at a
// time.
func watched(g grader.Grader) (*grader.Grader, *stopwatch) {
	watch := &stopwatch{}
	open, recycle := g.Open, g.Recycle
	g.Open = func(ctx context.Context) (testbed.Testbed, error) {
		defer watch.add(phaseQueue, time.Now())
		tb, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &timed{tb, watch}, nil
	}
	if recycle != nil {
		g.Recycle = func(ctx context.Context, tb testbed.Testbed) error {
			defer watch.add(phaseTeardown, time.Now())
			return recycle(ctx, tb.(*timed).Testbed)
		}
	}
	return &g, watch
}

// timed is a testbed whose calls are timed.
type timed struct {
	testbed.Testbed
	watch *stopwatch
}

func (t *timed) Info(ctx context.Context) (*testbed.Info, error) {
	defer t.watch.add(phaseDescribe, time.Now())
	return t.Testbed.Info(ctx)
}

func (t *timed) Load(ctx context.Context, req testbed.LoadRequest) (*testbed.Object, error) {
	defer t.watch.add(phaseLoad, time.Now())
	return t.Testbed.Load(ctx, req)
}

func (t *timed) Watch(ctx context.Context, req testbed.WatchRequest) error {
	defer t.watch.add(phaseAttach, time.Now())
	return t.Testbed.Watch(ctx, req)
}

func (t *timed) Attach(ctx context.Context, req testbed.AttachRequest) ([]testbed.Link, error) {
	defer t.watch.add(phaseAttach, time.Now())
	return t.Testbed.Attach(ctx, req)
}

func (t *timed) Exec(ctx context.Context, req testbed.ExecRequest) (*testbed.ExecReport, error) {
	defer t.watch.add(phaseWorkload, time.Now())
	return t.Testbed.Exec(ctx, req)
}

func (t *timed) Processes(ctx context.Context, req testbed.ProcessRequest) (*testbed.ProcessReport, error) {
	defer t.watch.add(phaseWorkload, time.Now())
	return t.Testbed.Processes(ctx, req)
}

func (t *timed) BlockIO(ctx context.Context, req testbed.BlockRequest) (*testbed.BlockReport, error) {
	defer t.watch.add(phaseWorkload, time.Now())
	return t.Testbed.BlockIO(ctx, req)
}

func (t *timed) Run(ctx context.Context, req testbed.RunRequest) (*testbed.RunReport, error) {
	defer t.watch.add(phaseWorkload, time.Now())
	return t.Testbed.Run(ctx, req)
}

func (t *timed) Lookup(ctx context.Context, mapID uint32, key []byte) (*testbed.Element, error) {
	defer t.watch.add(phaseRead, time.Now())
	return t.Testbed.Lookup(ctx, mapID, key)
}

func (t *timed) Elements(ctx context.Context, mapID uint32) ([]testbed.Element, error) {
	defer t.watch.add(phaseRead, time.Now())
	return t.Testbed.Elements(ctx, mapID)
}

func (t *timed) Records(ctx context.Context, mapID uint32) (*testbed.Records, error) {
	defer t.watch.add(phaseRead, time.Now())
	return t.Testbed.Records(ctx, mapID)
}

func (t *timed) Trace(ctx context.Context) (*testbed.Trace, error) {
	defer t.watch.add(phaseRead, time.Now())
	return t.Testbed.Trace(ctx)
}

func (t *timed) RunStats(ctx context.Context, programIDs []uint32) ([]testbed.RunStats, error) {
	defer t.watch.add(phaseRead, time.Now())
	return t.Testbed.RunStats(ctx, programIDs)
}

func (t *timed) Install(ctx context.Context, req testbed.InstallRequest) (string, error) {
	defer t.watch.add(phaseStart, time.Now())
	return t.Testbed.Install(ctx, req)
}

func (t *timed) Start(ctx context.Context, req testbed.StartRequest) error {
	defer t.watch.add(phaseStart, time.Now())
	return t.Testbed.Start(ctx, req)
}

func (t *timed) AwaitReady(ctx context.Context, within time.Duration) (*testbed.Running, error) {
	defer t.watch.add(phaseStart, time.Now())
	return t.Testbed.AwaitReady(ctx, within)
}

func (t *timed) Output(ctx context.Context, req testbed.OutputRequest) (*testbed.Output, error) {
	defer t.watch.add(phaseProgram, time.Now())
	return t.Testbed.Output(ctx, req)
}

func (t *timed) BlockOutput(ctx context.Context) error {
	defer t.watch.add(phaseProgram, time.Now())
	return t.Testbed.BlockOutput(ctx)
}

func (t *timed) Freeze(ctx context.Context) error {
	defer t.watch.add(phaseProgram, time.Now())
	return t.Testbed.Freeze(ctx)
}

func (t *timed) Continue(ctx context.Context) error {
	defer t.watch.add(phaseProgram, time.Now())
	return t.Testbed.Continue(ctx)
}

func (t *timed) Stop(ctx context.Context, req testbed.StopRequest) (*testbed.Exit, error) {
	defer t.watch.add(phaseProgram, time.Now())
	return t.Testbed.Stop(ctx, req)
}

func (t *timed) Reset(ctx context.Context) ([]testbed.Leftover, error) {
	defer t.watch.add(phaseTeardown, time.Now())
	return t.Testbed.Reset(ctx)
}

func (t *timed) Close() error {
	defer t.watch.add(phaseTeardown, time.Now())
	return t.Testbed.Close()
}
