package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// openParent returns a testbed that has a parent of processes and nothing
// else, for which it needs no privileges.
func openParent(t *testing.T) *Testbed {
	if runtime.GOARCH != "amd64" {
		t.Skip("the worker is for x86-64")
	}
	info, err := kernelInfo()
	require.NoError(t, err)
	file, err := workerFile()
	require.NoError(t, err)
	defer file.Close()
	tb := &Testbed{info: *info}
	tb.forget()
	tb.parent, err = startParent(file)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, tb.Close()) })
	return tb
}

// comm reads the name of a thread.
func comm(t *testing.T, pid, tid uint32) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/comm", pid, tid))
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

func folders(t *testing.T, tb *Testbed) int {
	entries, err := os.ReadDir(tb.parent.dir)
	require.NoError(t, err)
	return len(entries)
}

func TestProcesses(t *testing.T) {
	tb := openParent(t)
	cpu := tb.info.CPUs[len(tb.info.CPUs)-1]
	req := testbed.ProcessRequest{
		Processes: []testbed.Process{
			{Comm: "solo", Threads: 1},
			{Comm: "a-name-of-15-ch", Threads: testbed.MaxThreads},
			{Comm: "idle", Threads: 2},
		},
		Steps: []testbed.CallStep{
			{Process: 1, Thread: 3, CPU: cpu, Kind: testbed.CallMkdirSuccess, Count: 2},
			{Process: 0, CPU: cpu, Kind: testbed.CallExecveFailure, Count: 3, Comm: "renamed"},
			{Process: 1, CPU: cpu, Kind: testbed.CallMkdiratSuccess, Count: 1},
			{Process: 1, Thread: 3, CPU: cpu, Kind: testbed.CallExecveFailure, Count: 0},
		},
	}
	for _, kind := range testbed.CallKinds {
		req.Steps = append(req.Steps, testbed.CallStep{Process: 1, Thread: 7, CPU: cpu, Kind: kind, Count: 2})
	}
	report, err := tb.Processes(t.Context(), req)
	require.NoError(t, err)

	require.Len(t, report.Processes, len(req.Processes))
	ids := make(map[uint32]bool)
	for i, p := range report.Processes {
		require.Len(t, p.TIDs, req.Processes[i].Threads)
		assert.Equal(t, p.PID, p.TIDs[0])
		for _, tid := range p.TIDs {
			assert.False(t, ids[tid], "the id %d is there twice", tid)
			ids[tid] = true
			want := req.Processes[i].Comm
			if i == 0 {
				want = "renamed"
			}
			assert.Equal(t, want, comm(t, p.PID, tid))
		}
	}

	require.Len(t, report.Steps, len(req.Steps))
	previous := uint64(0)
	for i, step := range report.Steps {
		assert.Equal(t, req.Steps[i].Count, step.Done, "%s", req.Steps[i].Kind)
		assert.Less(t, previous, step.Start, "step %d begins after the one before", i)
		assert.LessOrEqual(t, step.Start, step.End)
		previous = step.End
	}
	assert.Equal(t, 2+1+2+2, folders(t, tb))

	// The next ones take their place.
	next, err := tb.Processes(t.Context(), testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "next", Threads: 1}}})
	require.NoError(t, err)
	assertGone(t, report)
	assert.Zero(t, folders(t, tb))
	assert.Equal(t, "next", comm(t, next.Processes[0].PID, next.Processes[0].PID))

	_, err = tb.Reset(t.Context())
	require.NoError(t, err)
	assertGone(t, next)
}

func assertGone(t *testing.T, report *testbed.ProcessReport) {
	for _, p := range report.Processes {
		assert.ErrorIs(t, unix.Kill(int(p.PID), 0), unix.ESRCH)
	}
}

// A process of an ordinary user has no other user or group, and makes folders
// like any other.
func TestProcessesOfUsers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start processes of other users")
	}
	tb := openParent(t)
	req := testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "root", Threads: 1}, {Comm: "user", Threads: 2, UID: 1234}}}
	for i := range req.Processes {
		for _, kind := range testbed.CallKinds {
			req.Steps = append(req.Steps, testbed.CallStep{Process: i, CPU: tb.info.CPUs[0], Kind: kind, Count: 2})
		}
	}
	report, err := tb.Processes(t.Context(), req)
	require.NoError(t, err)
	for i, step := range report.Steps {
		assert.Equal(t, 2, step.Done, "%v", req.Steps[i])
	}
	for i, p := range report.Processes {
		uid := req.Processes[i].UID
		for _, tid := range p.TIDs {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", p.PID, tid))
			require.NoError(t, err)
			for _, line := range []string{"Uid", "Gid"} {
				assert.Contains(t, string(status), fmt.Sprintf("\n%s:\t%[2]d\t%[2]d\t%[2]d\t%[2]d\n", line, uid))
			}
			if uid != 0 {
				assert.Regexp(t, `(?m)^Groups:\s*$`, string(status))
			}
		}
	}
	_, err = tb.Reset(t.Context())
	require.NoError(t, err)
	assertGone(t, report)
	assert.Zero(t, folders(t, tb))
}

// The steps of a thread keep their order, those of others do not wait.
func TestProcessesConcurrent(t *testing.T) {
	tb := openParent(t)
	req := testbed.ProcessRequest{Concurrent: true}
	for i := range 4 {
		req.Processes = append(req.Processes, testbed.Process{Comm: "crowd", Threads: 2})
		for range 3 {
			for thread := range 2 {
				req.Steps = append(req.Steps, testbed.CallStep{
					Process: i, Thread: thread, CPU: tb.info.CPUs[i%len(tb.info.CPUs)],
					Kind: testbed.CallExecveFailure, Count: 200,
				})
			}
		}
	}
	report, err := tb.Processes(t.Context(), req)
	require.NoError(t, err)
	ends := make(map[[2]int]uint64)
	for i, step := range report.Steps {
		who := [2]int{req.Steps[i].Process, req.Steps[i].Thread}
		assert.Equal(t, 200, step.Done)
		assert.LessOrEqual(t, ends[who], step.Start)
		ends[who] = step.End
	}
}

func TestProcessesDie(t *testing.T) {
	t.Run("with the testbed", func(t *testing.T) {
		tb := openParent(t)
		report, err := tb.Processes(t.Context(), testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "left", Threads: 3}}})
		require.NoError(t, err)
		dir := tb.parent.dir
		require.NoError(t, tb.Close())
		assertGone(t, report)
		assert.NoDirExists(t, dir)
	})
	t.Run("with the caller's patience", func(t *testing.T) {
		tb := openParent(t)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		req := testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "busy", Threads: 1}}}
		for range testbed.MaxCallSteps {
			req.Steps = append(req.Steps, testbed.CallStep{CPU: tb.info.CPUs[0], Kind: testbed.CallExecveFailure, Count: maxExecCount})
		}
		_, err := tb.Processes(ctx, req)
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("during their steps", func(t *testing.T) {
		tb := openParent(t)
		killed := make(chan error, 1)
		go func() { killed <- killChild(t.Context(), tb.parent.cmd.Process.Pid) }()
		report, err := tb.Processes(t.Context(), testbed.ProcessRequest{
			Processes: []testbed.Process{{Comm: "victim", Threads: 1}},
			Steps:     slices.Repeat([]testbed.CallStep{{CPU: tb.info.CPUs[0], Kind: testbed.CallExecveFailure, Count: maxExecCount}}, testbed.MaxCallSteps),
		})
		require.NoError(t, <-killed)
		require.NoError(t, err)
		assert.Less(t, report.Steps[testbed.MaxCallSteps-1].Done, maxExecCount)
	})
}

// killChild waits for a process to have a child and kills it.
func killChild(ctx context.Context, parent int) error {
	for ctx.Err() == nil {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", parent, parent))
		if err != nil {
			return err
		}
		var child int
		if _, err := fmt.Sscan(string(text), &child); err == nil {
			return unix.Kill(child, unix.SIGKILL)
		}
		time.Sleep(time.Millisecond)
	}
	return errors.Join(errors.New("no child"), ctx.Err())
}

func TestProcessesOutOfRange(t *testing.T) {
	tb := openParent(t)
	one := []testbed.Process{{Comm: "one", Threads: 1}}
	step := func(change func(*testbed.CallStep)) testbed.ProcessRequest {
		s := testbed.CallStep{CPU: tb.info.CPUs[0], Kind: testbed.CallExecveFailure, Count: 1}
		change(&s)
		return testbed.ProcessRequest{Processes: one, Steps: []testbed.CallStep{s}}
	}
	for name, test := range map[string]struct {
		req  testbed.ProcessRequest
		want string
	}{
		"too many processes": {testbed.ProcessRequest{Processes: make([]testbed.Process, testbed.MaxCallers+1)}, "17 processes are too many"},
		"too many steps":     {testbed.ProcessRequest{Processes: one, Steps: make([]testbed.CallStep, testbed.MaxCallSteps+1)}, "257 steps are too many"},
		"no threads":         {testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "x"}}}, "process 0: 0 threads are out of range"},
		"too many threads":   {testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "x", Threads: 9}}}, "process 0: 9 threads are out of range"},
		"no name":            {testbed.ProcessRequest{Processes: []testbed.Process{{Threads: 1}}}, `process 0: the name "" is empty or too long`},
		"a long name":        {step(func(s *testbed.CallStep) { s.Comm = "sixteen-letters-" }), `step 0: the name "sixteen-letters-" is too long`},
		"no such process":    {step(func(s *testbed.CallStep) { s.Process = 1 }), "step 0: no process 1"},
		"no such thread":     {step(func(s *testbed.CallStep) { s.Thread = 1 }), "step 0: process 0 has no thread 1"},
		"no such processor":  {step(func(s *testbed.CallStep) { s.CPU = 4096 }), "step 0: no processor 4096"},
		"no such call":       {step(func(s *testbed.CallStep) { s.Kind = 0 }), "step 0: no call of kind 0"},
		"a negative count":   {step(func(s *testbed.CallStep) { s.Count = -1 }), "step 0: count -1 is out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tb.Processes(t.Context(), test.req)
			assert.EqualError(t, err, "processes: "+test.want)
		})
	}
}
