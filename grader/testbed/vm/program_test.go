package vm_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm"
)

// long is more than anything takes on a loaded machine.
const long = time.Minute

// built is the program of testdata/program, built once, or why it could not be.
var built = sync.OnceValues(func() (testbed.StartRequest, error) {
	var req testbed.StartRequest
	headers, err := os.MkdirTemp("", "t-")
	if err != nil {
		return req, err
	}
	defer os.RemoveAll(headers)
	if err := os.WriteFile(headers+"/vmlinux.h", []byte("#include <linux/bpf.h>\n"), 0o644); err != nil {
		return req, err
	}
	s, err := submission.Open("testdata/program")
	if err != nil {
		return req, err
	}
	defer s.Close()
	builder := &submission.Builder{Headers: headers}
	object, _, err := builder.BPF(context.Background(), s)
	if err != nil {
		return req, err
	}
	program, _, err := builder.Program(context.Background(), s, object)
	if err != nil {
		return req, err
	}
	if req.Object, err = os.ReadFile(object); err != nil {
		return req, err
	}
	req.Program, err = os.ReadFile(program)
	return req, err
})

// startRequest asks for the program of testdata/program.
func startRequest(t *testing.T, args ...string) testbed.StartRequest {
	t.Helper()
	if _, err := submission.FindCC(); err != nil {
		t.Skip(err)
	}
	req, err := built()
	require.NoError(t, err)
	req.Args = args
	return req
}

// TestProgram starts a program, has it count and print, and ends it, twice.
func TestProgram(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		require.NotContains(t, info.Missing, testbed.FeatureProgram)
		require.ErrorContains(t, tb.Start(t.Context(), testbed.StartRequest{}), "there is none")
		req := startRequest(t)
		for _, signal := range []testbed.Signal{testbed.SignalInterrupt, testbed.SignalTerminate} {
			require.NoError(t, tb.Start(t.Context(), req))
			req = testbed.StartRequest{} // the same again
			running, err := tb.AwaitReady(t.Context(), long)
			require.NoError(t, err)
			require.Nil(t, running.Exit)
			require.True(t, running.Ready)
			require.Len(t, running.Programs, 1)
			assert.Equal(t, "on_execve", running.Programs[0].Name)
			require.Len(t, running.Links, 1)
			assert.Equal(t, running.Programs[0].ID, running.Links[0].ProgramID)
			assert.Equal(t, []int{8 * 4096, 8 * 4096}, running.Buffers)

			var counter uint32
			for _, m := range running.Maps {
				if m.Name == "counter" {
					counter = m.ID
				}
			}
			element, err := tb.Lookup(t.Context(), counter, make([]byte, 4))
			require.NoError(t, err)
			assert.EqualValues(t, 100, binary.LittleEndian.Uint64(element.Values[0]))

			before, err := tb.Output(t.Context(), testbed.OutputRequest{Wait: long, Settle: true})
			require.NoError(t, err)
			assert.Equal(t, "terminal 1\n", string(before.Text))
			_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 2)})
			require.NoError(t, err)
			out, err := tb.Output(t.Context(), testbed.OutputRequest{After: len(before.Text), Wait: long, Settle: true})
			require.NoError(t, err)
			assert.Equal(t, "101\n102\n103\n104\n", string(out.Text))
			stats, err := tb.RunStats(t.Context(), []uint32{running.Programs[0].ID})
			require.NoError(t, err)
			assert.EqualValues(t, 4, stats[0].Runs)

			exit, err := tb.Stop(t.Context(), testbed.StopRequest{Signal: signal, Within: long})
			require.NoError(t, err)
			exit.After = 0
			assert.Equal(t, &testbed.Exit{}, exit)
		}
		left, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

// TestLateBuffers has a program make its perf buffers right after it has attached
// something, and after the shortest sleep.
func TestLateBuffers(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		for how, late := range map[string]bool{"": false, "nap": true} {
			req := startRequest(t, how)
			req.Buffers = true
			require.NoError(t, tb.Start(t.Context(), req))
			running, err := tb.AwaitReady(t.Context(), long)
			require.NoError(t, err)
			require.True(t, running.Ready)
			assert.Equal(t, late, running.LateBuffers, how)
			_, err = tb.Reset(t.Context())
			require.NoError(t, err)
		}
	})
}

// TestHeldProgram looks at a program at the moment at which it is attached.
func TestHeldProgram(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		req := startRequest(t)
		req.Hold = true
		require.NoError(t, tb.Start(t.Context(), req))
		running, err := tb.AwaitReady(t.Context(), long)
		require.NoError(t, err)
		require.True(t, running.Held)
		require.Len(t, running.Links, 1)
		assert.Empty(t, running.Buffers, "it makes them later")
		_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 1)})
		require.NoError(t, err)
		stats, err := tb.RunStats(t.Context(), []uint32{running.Programs[0].ID})
		require.NoError(t, err)
		assert.EqualValues(t, len(info.CPUs), stats[0].Runs)

		for running.Held {
			require.NoError(t, tb.Continue(t.Context()))
			running, err = tb.AwaitReady(t.Context(), long)
			require.NoError(t, err)
		}
		require.True(t, running.Ready)
		assert.Len(t, running.Programs, 1)
		assert.NotEmpty(t, running.Buffers)
		exit, err := tb.Stop(t.Context(), testbed.StopRequest{Signal: testbed.SignalInterrupt, Within: long})
		require.NoError(t, err)
		exit.After = 0
		assert.Equal(t, &testbed.Exit{}, exit)
		left, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

// A host that does not run a guest for a while, because it is loaded, takes that
// time from the guest: nothing was waited for, and a program that computes has
// not done so for longer.
func TestHaltedGuest(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		temp, own := openAgain(t, template)
		defer own.Close()
		tb, err := own.Open(t.Context())
		require.NoError(t, err)
		defer tb.Close()
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		require.NoError(t, tb.Start(t.Context(), startRequest(t, "slow")))
		running, err := tb.AwaitReady(t.Context(), long)
		require.NoError(t, err)
		require.True(t, running.Ready)
		before, err := tb.Output(t.Context(), testbed.OutputRequest{Wait: long, Settle: true})
		require.NoError(t, err)
		_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 1)})
		require.NoError(t, err)

		guest := guestProcess(t, temp)
		const wait = time.Second
		halted := make(chan error)
		go func() {
			time.Sleep(50 * time.Millisecond)
			err := unix.Kill(guest, unix.SIGSTOP)
			time.Sleep(2 * wait)
			halted <- errors.Join(err, unix.Kill(guest, unix.SIGCONT))
		}()
		out, err := tb.Output(t.Context(), testbed.OutputRequest{After: len(before.Text), Wait: wait, Settle: true})
		require.NoError(t, <-halted)
		require.NoError(t, err)
		assert.Equal(t, "101\n102\n", string(out.Text))
	})
}

// TestFrozenProgram freezes a program that never waits: it does nothing until it
// may continue.
func TestFrozenProgram(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		require.NoError(t, tb.Start(t.Context(), startRequest(t, "busy")))
		running, err := tb.AwaitReady(t.Context(), long)
		require.NoError(t, err)
		require.True(t, running.Ready)
		printed := 0
		settled := func() string {
			out, err := tb.Output(t.Context(), testbed.OutputRequest{After: printed, Wait: time.Hour, Settle: true})
			require.NoError(t, err)
			printed += len(out.Text)
			return string(out.Text)
		}
		assert.Equal(t, "terminal 1\n", settled())

		require.NoError(t, tb.Freeze(t.Context()))
		_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 2)})
		require.NoError(t, err)
		assert.Empty(t, settled())
		require.NoError(t, tb.Continue(t.Context()))
		lines := strings.Fields(settled())
		slices.Sort(lines)
		assert.Equal(t, []string{"101", "102", "103", "104"}, lines)
		exit, err := tb.Stop(t.Context(), testbed.StopRequest{Signal: testbed.SignalInterrupt, Within: long})
		require.NoError(t, err)
		assert.Zero(t, exit.Status)
	})
}

// TestNervousProgram takes an interrupted wait for its end, and waits a
// thousandth of a second at a time. It never notices that it was frozen, and the
// signal that ends it always interrupts it.
func TestNervousProgram(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		info, err := tb.Info(t.Context())
		require.NoError(t, err)
		for range 10 {
			require.NoError(t, tb.Start(t.Context(), startRequest(t, "nervous")))
			running, err := tb.AwaitReady(t.Context(), long)
			require.NoError(t, err)
			require.True(t, running.Ready)
			require.NoError(t, tb.BlockOutput(t.Context()))
			_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 1)})
			require.NoError(t, err)
			require.NoError(t, tb.Freeze(t.Context()))
			_, err = tb.Exec(t.Context(), testbed.ExecRequest{Steps: execs(info, 1)})
			require.NoError(t, err)
			require.NoError(t, tb.Continue(t.Context()))
			lines := 1 + 2*len(info.CPUs)
			out := &testbed.Output{}
			for out.Exit == nil && strings.Count(string(out.Text), "\n") < lines {
				out, err = tb.Output(t.Context(), testbed.OutputRequest{Wait: time.Second})
				require.NoError(t, err)
			}
			assert.Nil(t, out.Exit, "it was interrupted")
			exit, err := tb.Stop(t.Context(), testbed.StopRequest{Signal: testbed.SignalInterrupt, Within: long})
			require.NoError(t, err)
			assert.Equal(t, 4, exit.Status)
		}
	})
}

// TestPins has a program pin its link. It finds nothing pinned when it starts,
// and nothing that it leaves outlasts a reset.
func TestPins(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		req := startRequest(t, "pin")
		for range 10 {
			require.NoError(t, tb.Start(t.Context(), req))
			req.Program, req.Object = nil, nil
			running, err := tb.AwaitReady(t.Context(), long)
			require.NoError(t, err)
			require.True(t, running.Ready)
			exit, err := tb.Stop(t.Context(), testbed.StopRequest{Signal: testbed.SignalInterrupt, Within: long})
			require.NoError(t, err)
			require.NotEmpty(t, exit.Leftovers)
			assert.Equal(t, testbed.Leftover{Kind: "pin", Name: "/sys/fs/bpf/link"}, exit.Leftovers[0])
			left, err := tb.Reset(t.Context())
			require.NoError(t, err)
			require.Empty(t, left)
		}
	})
}

// TestProcessor runs what an emulated processor is known to do wrong: its flags
// were garbage after an exchange of 16 bytes, and an interrupt there brought the
// kernel down.
func TestProcessor(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		_, err := tb.Install(t.Context(), testbed.InstallRequest{Name: "prog", Data: startRequest(t).Program})
		require.NoError(t, err)
		report, err := tb.Run(t.Context(), testbed.RunRequest{Name: "prog", Args: []string{"flags"}})
		require.NoError(t, err)
		assert.Zero(t, report.Status)
	})
}

// TestInstalledFile runs an executable that is not the submission's.
func TestInstalledFile(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		_, err := tb.Install(t.Context(), testbed.InstallRequest{Name: "../prog"})
		require.ErrorContains(t, err, "no name of a file")
		_, err = tb.Run(t.Context(), testbed.RunRequest{Name: "prog"})
		require.ErrorContains(t, err, "not installed")
		path, err := tb.Install(t.Context(), testbed.InstallRequest{Name: "prog", Data: startRequest(t).Program})
		require.NoError(t, err)
		assert.True(t, filepath.IsAbs(path))
		report, err := tb.Run(t.Context(), testbed.RunRequest{Name: "prog", Args: []string{"status"}})
		require.NoError(t, err)
		assert.Equal(t, 3, report.Status)
		report, err = tb.Run(t.Context(), testbed.RunRequest{Name: "prog"})
		require.NoError(t, err)
		assert.Equal(t, 1, report.Status)
		assert.Contains(t, string(report.Output), "prog.bpf.o", "it has no object there")
		left, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.Empty(t, left)
		_, err = tb.Run(t.Context(), testbed.RunRequest{Name: "prog", Args: []string{"status"}})
		require.ErrorContains(t, err, "not installed")
	})
}

// TestMisbehavingProgram ends programs that do what they should not.
func TestMisbehavingProgram(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		for _, test := range []struct {
			how   string
			ready bool
			// getReady is the time to get ready, short for programs that never
			// do and do not end.
			getReady time.Duration
			end      time.Duration
			want     testbed.Exit
		}{
			{"status", false, long, long, testbed.Exit{Status: 3}},
			{"crash", false, long, long, testbed.Exit{Status: -1, Signal: "aborted"}},
			{"memory", false, long, long, testbed.Exit{Status: -1, Signal: "killed", OutOfMemory: true}},
			{"fork", false, 10 * time.Second, long, testbed.Exit{Status: -1, Signal: "interrupt", Forked: true}},
			{"flood", false, time.Second, long, testbed.Exit{Status: -1, Signal: "interrupt"}},
			{"restless", false, 3 * time.Second, long, testbed.Exit{Status: -1, Signal: "interrupt"}},
			{"deaf", true, long, time.Second, testbed.Exit{Status: -1, Signal: "killed", Killed: true}},
		} {
			t.Run(test.how, func(t *testing.T) {
				tb := open(t, template)
				require.NoError(t, tb.Start(t.Context(), startRequest(t, test.how)))
				running, err := tb.AwaitReady(t.Context(), test.getReady)
				require.NoError(t, err)
				assert.Equal(t, test.ready, running.Ready)
				exit, err := tb.Stop(t.Context(), testbed.StopRequest{Signal: testbed.SignalInterrupt, Within: test.end})
				require.NoError(t, err)
				exit.After, exit.Leftovers = 0, nil
				if exit.OutOfMemory && exit.Forked { // which comes first depends on the machine
					exit.OutOfMemory, exit.Signal = false, test.want.Signal
				}
				assert.Equal(t, &test.want, exit)
				out, err := tb.Output(t.Context(), testbed.OutputRequest{})
				require.NoError(t, err)
				assert.LessOrEqual(t, len(out.Text), testbed.MaxOutputBytes)
				left, err := tb.Reset(t.Context())
				require.NoError(t, err)
				assert.Empty(t, left)
			})
		}
	})
}

// TestProgramLeavesAChild holds what it has attached after its own end.
func TestProgramLeavesAChild(t *testing.T) {
	onKernels(t, func(t *testing.T, template *vm.Template) {
		tb := open(t, template)
		require.NoError(t, tb.Start(t.Context(), startRequest(t, "child")))
		running, err := tb.AwaitReady(t.Context(), long)
		require.NoError(t, err)
		require.True(t, running.Ready)
		exit, err := tb.Stop(t.Context(), testbed.StopRequest{Signal: testbed.SignalInterrupt, Within: long})
		require.NoError(t, err)
		assert.Zero(t, exit.Status)
		kinds := make(map[string]int)
		for _, l := range exit.Leftovers {
			kinds[l.Kind]++
		}
		assert.Equal(t, 1, kinds["process"])
		assert.NotZero(t, kinds["program"])
		assert.NotZero(t, kinds["map"])
		left, err := tb.Reset(t.Context())
		require.NoError(t, err)
		assert.Empty(t, left, "all of it goes with the child")
	})
}
