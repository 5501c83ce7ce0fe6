package vm_test

//go:generate -command bpf clang -g -O2 -Wall -target bpf -I/usr/include/x86_64-linux-gnu -fdebug-compilation-dir=. -c
//go:generate bpf testdata/hooks.bpf.c -o testdata/hooks.bpf.o
//go:generate llvm-strip -g testdata/hooks.bpf.o
//go:generate bpf testdata/refused.bpf.c -o testdata/refused.bpf.o
//go:generate llvm-strip -g testdata/refused.bpf.o
//go:generate bpf testdata/unwatchable.bpf.c -o testdata/unwatchable.bpf.o
//go:generate llvm-strip -g testdata/unwatchable.bpf.o

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/gradertest"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

// onKernels calls test with a template of each kernel in a virtual machine.
func onKernels(t *testing.T, test func(*testing.T, *vm.Template)) {
	dir, err := kernel.DefaultDir()
	require.NoError(t, err)
	store, err := kernel.OpenStore(dir)
	require.NoError(t, err)
	agent := ""
	for _, name := range gradertest.Kernels() {
		if name == "local" {
			continue
		}
		if name == "" {
			gradertest.SkipWithoutKernel(t)
		}
		if agent == "" {
			agent = gradertest.Command(t)
		}
		t.Run("linux-"+name, func(t *testing.T) {
			k, err := store.Find(name)
			require.NoError(t, err)
			template, err := vm.Open(t.Context(), vm.Config{Kernel: k, Agent: agent, Dir: dir})
			require.NoError(t, err)
			defer template.Close()
			test(t, template)
		})
	}
}

func open(t *testing.T, template *vm.Template) *vm.Testbed {
	t.Helper()
	tb, err := template.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tb.Close()) })
	return tb
}

func load(t *testing.T, tb testbed.Testbed, name string) (*testbed.Object, error) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return tb.Load(t.Context(), testbed.LoadRequest{Object: data})
}

// execs are failing calls, n on each processor.
func execs(info *testbed.Info, n int) []testbed.ExecStep {
	var steps []testbed.ExecStep
	for _, cpu := range info.CPUs {
		steps = append(steps, testbed.ExecStep{Kind: testbed.ExecFailure, CPU: cpu, Count: n})
	}
	return steps
}

// mapID finds a map of a loaded object.
func mapID(t *testing.T, o *testbed.Object, name string) uint32 {
	t.Helper()
	for _, m := range o.Maps {
		if m.Name == name {
			return m.ID
		}
	}
	require.Fail(t, "no map "+name)
	return 0
}

func TestInfo(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		assert.Equal(t, template.Kernel().Release, info.Release)
		assert.Equal(t, []int{0, 1}, info.CPUs)
		assert.Empty(t, info.Missing)

		types, err := tb.KernelBTF(t.Context())
		require.NoError(t, err)
		spec, err := btf.LoadSpecFromReader(bytes.NewReader(types))
		require.NoError(t, err)
		var task *btf.Struct
		assert.NoError(t, spec.TypeByName("task_struct", &task))
		saved, err := os.ReadFile(template.BTF())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(types, saved))
	})
}

// TestHooks attaches a program to each kind of hook, and reads what they left
// in each kind of map.
func TestHooks(t *testing.T) {
	const n = 5
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		object, err := load(t, tb, "hooks.bpf.o")
		require.NoError(t, err)
		for _, name := range []string{"perf", "ring"} {
			require.NoError(t, tb.Watch(t.Context(), testbed.WatchRequest{MapID: mapID(t, object, name), Pages: 8}))
		}
		links, err := tb.Attach(t.Context(), testbed.AttachRequest{Target: "/init"})
		require.NoError(t, err)
		assert.Len(t, links, len(object.Programs))

		report, err := tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, n)})
		require.NoError(t, err)
		for _, step := range report.Steps {
			assert.Equal(t, n, step.Done)
			assert.Less(t, step.Start, step.End)
		}
		assert.LessOrEqual(t, report.Steps[0].End, report.Steps[1].Start, "one processor after the other")

		var ids []uint32
		for _, p := range object.Programs {
			ids = append(ids, p.ID)
		}
		stats, err := tb.RunStats(t.Context(), ids)
		require.NoError(t, err)
		for i, p := range object.Programs {
			switch p.Name {
			case "on_raw_tp", "on_tp_btf", "on_uprobe", "on_uprobe_target":
				assert.NotZero(t, stats[i].Runs, p.Section)
			default:
				assert.EqualValues(t, 2*n, stats[i].Runs, p.Section)
			}
		}

		element, err := tb.Lookup(t.Context(), mapID(t, object, "per_cpu"), make([]byte, 4))
		require.NoError(t, err)
		require.Len(t, element.Values, 2)
		for _, value := range element.Values {
			assert.EqualValues(t, n, binary.LittleEndian.Uint64(value))
		}
		_, err = tb.Lookup(t.Context(), mapID(t, object, "table"), []byte("nowhere!"))
		assert.ErrorIs(t, err, testbed.ErrKeyNotFound)
		elements, err := tb.Elements(t.Context(), mapID(t, object, "table"))
		require.NoError(t, err)
		last := make(map[uint64]uint64)
		for _, e := range elements {
			last[binary.LittleEndian.Uint64(e.Key)] = binary.LittleEndian.Uint64(e.Values[0])
		}
		assert.Equal(t, map[uint64]uint64{0: n - 1, 1: 2*n - 1}, last)

		for _, name := range []string{"perf", "ring"} {
			records, err := tb.Records(t.Context(), mapID(t, object, name))
			require.NoError(t, err)
			require.Len(t, records.Records, 2*n, name)
			assert.Zero(t, records.Lost+records.Dropped)
			next := map[int]uint64{0: 0, 1: n, -1: 0}
			for _, r := range records.Records {
				assert.Equal(t, next[r.CPU], binary.LittleEndian.Uint64(r.Data), name)
				next[r.CPU]++
			}
		}

		trace, err := tb.Trace(t.Context())
		require.NoError(t, err)
		require.Len(t, trace.Lines, 2*n)
		assert.Equal(t, testbed.TraceLine{CPU: 0, Task: "bpfgrade-worker", PID: trace.Lines[0].PID, Text: "call 0\nof many"}, trace.Lines[0])
		assert.Equal(t, 1, trace.Lines[n].CPU)
		trace, err = tb.Trace(t.Context())
		require.NoError(t, err)
		assert.Empty(t, trace.Lines, "each line is taken once")

		left, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.Empty(t, left)
		again, err := load(t, tb, "hooks.bpf.o")
		require.NoError(t, err, "after a reset another object can be loaded")
		element, err = tb.Lookup(t.Context(), mapID(t, again, "pinned"), make([]byte, 4))
		require.NoError(t, err)
		assert.Equal(t, make([]byte, 8), element.Values[0], "a pinned map is not found again")
	})
}

// TestProcesses has threads of several processes make calls, and sees in the
// lines of a program which thread made each.
func TestProcesses(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		_, err := load(t, tb, "hooks.bpf.o")
		require.NoError(t, err)
		_, err = tb.Attach(t.Context(), testbed.AttachRequest{Target: "/init"})
		require.NoError(t, err)
		req := testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "one", Threads: 1}, {Comm: "three", Threads: 3}}}
		for _, s := range []testbed.CallStep{{Process: 1, Thread: 2, CPU: 1}, {Process: 0, CPU: 0, Comm: "uno"}, {Process: 1, CPU: 0}, {Process: 0, CPU: 1}} {
			s.Kind, s.Count = testbed.CallExecveFailure, 1
			req.Steps = append(req.Steps, s)
		}
		report, err := tb.Processes(t.Context(), req)
		require.NoError(t, err)
		trace, err := tb.Trace(t.Context())
		require.NoError(t, err)
		require.Len(t, trace.Lines, len(req.Steps))
		end := uint64(0)
		for i, name := range []string{"three", "uno", "three", "uno"} {
			step, line := req.Steps[i], trace.Lines[i]
			assert.Equal(t, name, line.Task)
			assert.Equal(t, step.CPU, line.CPU)
			assert.EqualValues(t, report.Processes[step.Process].TIDs[step.Thread], line.PID)
			assert.Equal(t, 1, report.Steps[i].Done)
			assert.LessOrEqual(t, end, report.Steps[i].Start)
			end = report.Steps[i].End
		}
		left, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.Empty(t, left)

		_, err = tb.Processes(t.Context(), testbed.ProcessRequest{Processes: make([]testbed.Process, testbed.MaxCallers+1)})
		assert.ErrorContains(t, err, "too many")
	})
}

func TestRefusals(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		_, err := load(t, tb, "refused.bpf.o")
		var refused *testbed.LoadError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "refused", refused.Program)
		assert.Contains(t, refused.Log, "invalid mem access", "the reason")
		assert.Contains(t, refused.Log, "return **(int **)ctx;", "the source")
		assert.Contains(t, refused.Log, "processed ", "the end")

		_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: []testbed.ExecStep{{Kind: testbed.ExecFailure, CPU: 7, Count: 1}}})
		assert.ErrorContains(t, err, "no processor 7")
		for _, size := range []int{0, 100, 1 << 20} {
			_, err = tb.BlockIO(t.Context(), testbed.BlockRequest{Steps: []testbed.BlockStep{{Bytes: size}}})
			assert.ErrorContains(t, err, "out of range")
		}
	})
}

// A map that may not be watched is let go of all the same.
func TestRefusedWatch(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		loaded, err := load(t, tb, "unwatchable.bpf.o")
		require.NoError(t, err)
		require.Len(t, loaded.Maps, 1)
		err = tb.Watch(t.Context(), testbed.WatchRequest{MapID: loaded.Maps[0].ID, Pages: 8})
		assert.ErrorIs(t, err, testbed.ErrNotPermitted)
		left, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

func TestBlockIO(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		var steps []testbed.BlockStep
		for bytes := 512; bytes <= 128<<10; bytes *= 4 {
			steps = append(steps, testbed.BlockStep{Bytes: bytes, Write: true}, testbed.BlockStep{Bytes: bytes})
		}
		report, err := tb.BlockIO(t.Context(), testbed.BlockRequest{Steps: steps})
		require.NoError(t, err)
		require.Len(t, report.Steps, len(steps))
		end := uint64(1 << 32) // no time of a guest is right in 4 bytes
		for _, s := range report.Steps {
			assert.Less(t, end, s.Start)
			assert.LessOrEqual(t, s.Start, s.Allocated)
			assert.Less(t, s.Allocated, s.Started, "a request waits before it is started")
			assert.LessOrEqual(t, s.Started, s.End)
			assert.Equal(t, 1, s.Requests)
			end = s.End
		}
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		require.Len(t, info.Disks, testbed.Disks)
		assert.NotEqual(t, info.Disks[0], info.Disks[1])

		report, err = tb.BlockIO(t.Context(), testbed.BlockRequest{Steps: []testbed.BlockStep{
			{Disk: 1, Bytes: 64 << 10, Halved: true}, {Disk: 1, Bytes: 64 << 10}, {Bytes: 8 << 10, Halved: true, Write: true}, {Bytes: 8 << 10},
		}})
		require.NoError(t, err)
		for i, requests := range []int{2, 1, 2, 1} {
			assert.Equal(t, requests, report.Steps[i].Requests, "a disk takes as much as before after a step that is halved")
		}
	})
}

func TestDeadline(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		_, err = tb.Exec(ctx, testbed.ExecRequest{Steps: execs(info, 1<<20), Concurrent: true})
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestGuestsAreApart(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		one, other := open(t, template), open(t, template)
		object, err := load(t, one, "hooks.bpf.o")
		require.NoError(t, err)
		info, err := one.Info(t.Context())
		require.NoError(t, err)
		_, err = one.Attach(t.Context(), testbed.AttachRequest{Target: "/init"})
		require.NoError(t, err)
		_, err = other.RunStats(t.Context(), []uint32{object.Programs[0].ID})
		assert.Error(t, err, "a program of one is not in the other")
		_, err = other.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 3)})
		require.NoError(t, err)
		trace, err := one.Trace(t.Context())
		require.NoError(t, err)
		assert.Empty(t, trace.Lines, "calls in one are not seen in the other")
	})
}

// openAgain opens the template once more, with a folder for temporary files of
// its own.
func openAgain(t *testing.T, template *vm.Template) (temp string, own *vm.Template) {
	agent := gradertest.Command(t)          // in a folder of its own
	temp, err := os.MkdirTemp("/tmp", "t-") // sockets in it have short paths
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(temp) })
	t.Setenv("TMPDIR", temp)
	dir, err := kernel.DefaultDir()
	require.NoError(t, err)
	own, err = vm.Open(t.Context(), vm.Config{Kernel: template.Kernel(), Agent: agent, Dir: dir,
		Log: func(text string) { t.Errorf("the template is made again: %s", text) }})
	require.NoError(t, err)
	return temp, own
}

// guestProcess is the one that works in a folder for temporary files.
func guestProcess(t *testing.T, temp string) int {
	processes, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)
	var guests []int
	for _, process := range processes {
		cwd, _ := os.Readlink(filepath.Join(process, "cwd"))
		if strings.HasPrefix(cwd, temp+"/") && strings.Contains(cwd, "/vm-") {
			pid, err := strconv.Atoi(filepath.Base(process))
			require.NoError(t, err)
			guests = append(guests, pid)
		}
	}
	require.Len(t, guests, 1)
	return guests[0]
}

// TestDeadGuest ends a guest from outside in the middle of a call.
func TestDeadGuest(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		temp, own := openAgain(t, template)
		tb, err := own.Open(t.Context())
		require.NoError(t, err)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		failed := make(chan error)
		go func() {
			_, err := tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 1<<20)})
			failed <- err
		}()
		require.NoError(t, unix.Kill(guestProcess(t, temp), unix.SIGKILL))
		err = <-failed
		assert.ErrorContains(t, err, "qemu ended (signal: killed)")
		var crash *testbed.CrashError
		assert.False(t, errors.As(err, &crash), "it is not the kernel's fault")
		require.NoError(t, tb.Close())
		require.NoError(t, own.Close())
		left, err := os.ReadDir(temp)
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

// TestRecycle uses a guest twice, which was warmed up, and proves in between that
// nothing is left.
func TestRecycle(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		pool := vm.NewPool(template, 1, true)
		defer func() { require.NoError(t, pool.Close()) }()
		first, err := pool.Open(t.Context())
		require.NoError(t, err)
		info, err := first.Info(t.Context())
		require.NoError(t, err)
		tb := first
		for range 2 {
			require.NoError(t, tb.Clean(t.Context()))
			loaded, err := load(t, tb, "hooks.bpf.o")
			require.NoError(t, err)
			require.ErrorContains(t, tb.Clean(t.Context()), "it was not reset")
			_, err = tb.Attach(t.Context(), testbed.AttachRequest{Target: "/init"})
			require.NoError(t, err)
			_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 2)})
			require.NoError(t, err)
			trace, err := tb.Trace(t.Context())
			require.NoError(t, err)
			assert.Len(t, trace.Lines, 2*len(info.CPUs), "none of another submission's")
			assert.Equal(t, "call 0\nof many", trace.Lines[0].Text, "its state is new")
			require.NotEmpty(t, loaded.Programs)
			_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 1)})
			require.NoError(t, err)
			left, err := tb.Reset(t.Context())
			require.NoError(t, err)
			require.Empty(t, left)
			require.NoError(t, pool.Recycle(t.Context(), tb))
			tb, err = pool.Open(t.Context())
			require.NoError(t, err)
			assert.Same(t, first, tb)
		}

		// One that is not clean is closed.
		_, err = load(t, tb, "hooks.bpf.o")
		require.NoError(t, err)
		require.NoError(t, pool.Recycle(t.Context(), tb))
		fresh, err := pool.Open(t.Context())
		require.NoError(t, err)
		assert.NotSame(t, first, fresh)
		require.NoError(t, fresh.Close())
	})
}

// TestBoot boots a guest that is as good as one that was restored.
func TestBoot(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb, err := template.Boot(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, tb.Close()) }()
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		assert.Equal(t, template.Kernel().Release, info.Release)
		require.NoError(t, tb.Clean(t.Context()))
	})
}

// TestInterruptedRestore leaves nothing behind.
func TestInterruptedRestore(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := template.Restore(ctx)
		assert.ErrorIs(t, err, context.Canceled)

		pool := vm.NewPool(template, 2, false)
		tb, err := pool.Open(t.Context())
		require.NoError(t, err)
		require.NoError(t, pool.Close())
		_, err = tb.Info(t.Context())
		assert.NoError(t, err, "a guest that was taken lives on")
		require.NoError(t, tb.Close())
		require.NoError(t, tb.Close())
	})
}
