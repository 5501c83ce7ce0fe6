package grader

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// The objects are committed, so that the tests need no clang.
//go:generate -command bpf clang -g -O2 -Wall -Werror -target bpf -I/usr/include/x86_64-linux-gnu -fdebug-compilation-dir=. -c
//go:generate bpf testdata/maps.bpf.c -o testdata/maps.bpf.o
//go:generate llvm-strip -g testdata/maps.bpf.o
//go:generate bpf testdata/section.bpf.c -o testdata/section.bpf.o
//go:generate llvm-strip -g testdata/section.bpf.o

// fake is a testbed whose kernel does what the test says.
type fake struct {
	info testbed.Info
	// errs are the errors of methods, by their names. stalls are the methods
	// that answer only when their context ends.
	errs   map[string]error
	stalls []string
	// on, if not nil, is told of each call.
	on func(method string)
	// maps are the maps in the kernel, instead of those of maps.bpf.o.
	maps []testbed.Map
	// values are the values of element 0 of each map, records and lines what
	// the next calls of Records and Trace return.
	values  map[uint32][][]byte
	records map[uint32]*testbed.Records
	lines   []testbed.TraceLine
	runs    []testbed.RunStats
	// undone is how many calls of each step of Exec and Processes do not end
	// as they should, unreported how many steps those and BlockIO leave out.
	undone, unreported int
	leftovers          []testbed.Leftover
	// running, outputs and exits are what the next calls of AwaitReady, Output
	// and Stop return; then a program that is ready, nothing, and status 0.
	running []*testbed.Running
	outputs []*testbed.Output
	exits   []*testbed.Exit
	started []testbed.StartRequest
	// others are what the next calls of Others return.
	others []testbed.Others

	calls   []string
	watched []uint32
	object  []byte
	opened  int
	closed  int
}

var _ testbed.Testbed = (*fake)(nil)

// The maps of testdata/maps.bpf.o.
const (
	counterID = 11
	wideID    = 12
	eventsID  = 13
	ringID    = 14
)

func loadedMaps() []testbed.Map {
	return []testbed.Map{
		{ID: counterID, Name: "counter", Type: "Array", KeySize: 4, ValueSize: 8, MaxEntries: 1},
		{ID: wideID, Name: "wide", Type: "Hash", KeySize: 8, ValueSize: 8, MaxEntries: 1},
		{ID: eventsID, Name: "events", Type: "PerfEventArray", KeySize: 4, ValueSize: 4},
		{ID: ringID, Name: "ring", Type: "RingBuf", MaxEntries: 4096},
	}
}

// open is a Grader's Open.
func (f *fake) open(ctx context.Context) (testbed.Testbed, error) {
	if err := f.call(ctx, "Open"); err != nil {
		return nil, err
	}
	f.opened++
	return f, nil
}

// call is the part that all methods share.
func (f *fake) call(ctx context.Context, method string) error {
	f.calls = append(f.calls, method)
	if f.on != nil {
		f.on(method)
	}
	if slices.Contains(f.stalls, method) {
		<-ctx.Done()
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
	return f.errs[method]
}

func (f *fake) Info(ctx context.Context) (*testbed.Info, error) {
	if err := f.call(ctx, "Info"); err != nil {
		return nil, err
	}
	return &f.info, nil
}

func (f *fake) Others(ctx context.Context) (testbed.Others, error) {
	return next(&f.others, testbed.Others{}), f.call(ctx, "Others")
}

func (f *fake) KernelBTF(ctx context.Context) ([]byte, error) {
	return nil, f.call(ctx, "KernelBTF")
}

func (f *fake) Load(ctx context.Context, req testbed.LoadRequest) (*testbed.Object, error) {
	if err := f.call(ctx, "Load"); err != nil {
		return nil, err
	}
	f.object = req.Object
	maps := f.maps
	if maps == nil {
		maps = loadedMaps()
	}
	return &testbed.Object{Programs: []testbed.Program{{ID: 1, Name: "count"}}, Maps: maps}, nil
}

func (f *fake) Attach(ctx context.Context, _ testbed.AttachRequest) ([]testbed.Link, error) {
	return nil, f.call(ctx, "Attach")
}

func (f *fake) Exec(ctx context.Context, req testbed.ExecRequest) (*testbed.ExecReport, error) {
	if err := f.call(ctx, "Exec"); err != nil {
		return nil, err
	}
	report := &testbed.ExecReport{}
	for _, step := range req.Steps[f.unreported:] {
		report.Steps = append(report.Steps, testbed.ExecStepReport{Done: step.Count - f.undone})
	}
	return report, nil
}

func (f *fake) Processes(ctx context.Context, req testbed.ProcessRequest) (*testbed.ProcessReport, error) {
	if err := f.call(ctx, "Processes"); err != nil {
		return nil, err
	}
	report := &testbed.ProcessReport{Processes: make([]testbed.ProcessInfo, len(req.Processes))}
	for _, step := range req.Steps[f.unreported:] {
		report.Steps = append(report.Steps, testbed.CallStepReport{Done: step.Count - f.undone})
	}
	return report, nil
}

func (f *fake) BlockIO(ctx context.Context, req testbed.BlockRequest) (*testbed.BlockReport, error) {
	if err := f.call(ctx, "BlockIO"); err != nil {
		return nil, err
	}
	return &testbed.BlockReport{Steps: make([]testbed.BlockStepReport, len(req.Steps)-f.unreported)}, nil
}

func (f *fake) Lookup(ctx context.Context, mapID uint32, key []byte) (*testbed.Element, error) {
	if err := f.call(ctx, "Lookup"); err != nil {
		return nil, err
	}
	values, ok := f.values[mapID]
	if !ok || !slices.Equal(key, Key(0)) {
		return nil, fmt.Errorf("look up: %w", testbed.ErrKeyNotFound)
	}
	return &testbed.Element{Key: key, Values: values}, nil
}

func (f *fake) Update(ctx context.Context, mapID uint32, key, value []byte) error {
	if err := f.call(ctx, "Update"); err != nil {
		return err
	}
	if f.values == nil {
		f.values = make(map[uint32][][]byte)
	}
	if slices.Equal(key, Key(0)) {
		f.values[mapID] = [][]byte{value}
	}
	return nil
}

func (f *fake) Elements(ctx context.Context, _ uint32) ([]testbed.Element, error) {
	return nil, f.call(ctx, "Elements")
}

func (f *fake) Watch(ctx context.Context, req testbed.WatchRequest) error {
	f.watched = append(f.watched, req.MapID)
	return f.call(ctx, "Watch")
}

func (f *fake) Records(ctx context.Context, mapID uint32) (*testbed.Records, error) {
	return f.records[mapID], f.call(ctx, "Records")
}

func (f *fake) Trace(ctx context.Context) (*testbed.Trace, error) {
	return &testbed.Trace{Lines: f.lines}, f.call(ctx, "Trace")
}

func (f *fake) RunStats(ctx context.Context, _ []uint32) ([]testbed.RunStats, error) {
	return f.runs, f.call(ctx, "RunStats")
}

func (f *fake) Install(ctx context.Context, req testbed.InstallRequest) (string, error) {
	return "/" + req.Name, f.call(ctx, "Install")
}

func (f *fake) Run(ctx context.Context, _ testbed.RunRequest) (*testbed.RunReport, error) {
	return &testbed.RunReport{}, f.call(ctx, "Run")
}

func (f *fake) Start(ctx context.Context, req testbed.StartRequest) error {
	f.started = append(f.started, req)
	return f.call(ctx, "Start")
}

// next takes the first of what a test has laid ready.
func next[E any](queue *[]E, otherwise E) E {
	if len(*queue) == 0 {
		return otherwise
	}
	first := (*queue)[0]
	*queue = (*queue)[1:]
	return first
}

func (f *fake) AwaitReady(ctx context.Context, _ time.Duration) (*testbed.Running, error) {
	return next(&f.running, &testbed.Running{Ready: true, Maps: loadedMaps()}), f.call(ctx, "AwaitReady")
}

func (f *fake) Output(ctx context.Context, _ testbed.OutputRequest) (*testbed.Output, error) {
	return next(&f.outputs, &testbed.Output{}), f.call(ctx, "Output")
}

func (f *fake) BlockOutput(ctx context.Context) error { return f.call(ctx, "BlockOutput") }

func (f *fake) Freeze(ctx context.Context) error { return f.call(ctx, "Freeze") }

func (f *fake) Continue(ctx context.Context) error { return f.call(ctx, "Continue") }

func (f *fake) Stop(ctx context.Context, _ testbed.StopRequest) (*testbed.Exit, error) {
	return next(&f.exits, &testbed.Exit{}), f.call(ctx, "Stop")
}

func (f *fake) Reset(ctx context.Context) ([]testbed.Leftover, error) {
	return f.leftovers, f.call(ctx, "Reset")
}

func (f *fake) Clean(ctx context.Context) error { return f.call(ctx, "Clean") }

func (f *fake) Close() error {
	f.closed++
	return nil
}

// mapsObject is a submission that loads.
var mapsObject = filepath.Join("testdata", "maps.bpf.o")

// exerciseOf makes an exercise of checks. Those without a name or points get
// them.
func exerciseOf(checks ...Check) *Exercise {
	for i := range checks {
		if checks[i].Name == "" {
			checks[i].Name = fmt.Sprintf("check %d", i+1)
		}
		if checks[i].Points == 0 {
			checks[i].Points = 1
		}
	}
	return &Exercise{
		Slug:  "test-exercise",
		Title: "An exercise",
		Files: fstest.MapFS{
			"README.md":          {Data: []byte("# An exercise\n")},
			"starter/prog.bpf.c": {Data: []byte("\n")},
		},
		Checks: checks,
	}
}

// The checks of most tests.
func passes(*T)    {}
func fails(t *T)   { t.Fail(Failure{Message: "The count is wrong."}) }
func looksUp(t *T) { t.Map("counter").Uint64(0) }

// runOn runs one check on a fake with testdata/maps.bpf.o loaded. The error is
// what keeps the check from a verdict.
func runOn(t *testing.T, tb *fake, check func(*T)) (CheckResult, error) {
	t.Helper()
	obj, err := object.Read(mapsObject)
	require.NoError(t, err)
	loaded, err := tb.Load(t.Context(), testbed.LoadRequest{Object: obj.Data})
	require.NoError(t, err)
	s := &session{exercise: exerciseOf(), seed: 1, object: obj, loaded: loaded, info: &tb.info, tb: tb}
	r := CheckResult{MaxScore: 4}
	err = s.check(t.Context(), Check{Name: "check", Points: 4, Run: check}, &r)
	return r, err
}
