package sandbox

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Run runs c and waits for its end. The error is an *UnavailableError when this
// machine has no way to restrict a program, that of ctx when it is done first,
// or says why the program could not be started. However the program ended is in
// the result.
//
// When Run returns, on any path, the program and all that it started are gone.
// They are also killed when the calling process dies, with one exception: under
// Landlock, processes that the program itself started live on until they have
// used up their processor time.
func Run(ctx context.Context, c Command) (*Result, error) {
	m, err := choose()
	if err != nil {
		return nil, err
	}
	return m.run(ctx, c)
}

// job is what the restricted process is told, on standard descriptor 3.
type job struct {
	Mechanism string
	Command   Command
	// Probe ends the process where the program would start.
	Probe bool
}

func (m *mechanism) run(ctx context.Context, c Command) (*Result, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.Limits = c.Limits.withDefaults()
	if c.Output == 0 {
		c.Output = DefaultOutput
	}
	return m.start(ctx, job{Mechanism: m.name, Command: c})
}

// start runs the job to its end.
func (m *mechanism) start(ctx context.Context, j job) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Pdeathsig goes by the thread that started the child, not the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	ordersRead, ordersWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	defer ordersRead.Close()
	defer ordersWrite.Close()
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	defer statusRead.Close()
	defer statusWrite.Close()

	limits := j.Command.Limits
	wall, cancel := context.WithTimeout(ctx, limits.Wall)
	defer cancel()
	stdout, stderr := &output{max: j.Command.Output}, &output{max: j.Command.Output}
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{childName}
	cmd.Env = []string{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.ExtraFiles = []*os.File{ordersRead, statusWrite}
	cmd.SysProcAttr = m.attributes()
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("sandbox: start %s: %w", m.name, err)
	}
	ordersRead.Close()
	statusWrite.Close()

	// The filter forbids setsid and setpgid, so the process group is
	// everything. Its first process is not reaped before the group was killed,
	// or the number could be another's by then.
	kill := func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	killed := make(chan struct{})
	stop := context.AfterFunc(wall, func() {
		kill()
		close(killed)
	})
	startErr := converse(ordersWrite, statusRead, j)
	if startErr != nil {
		kill()
	}
	awaitEnd(cmd.Process.Pid)
	timedOut := !stop()
	if timedOut {
		<-killed
	}
	kill()
	waitErr := cmd.Wait()

	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if startErr != nil && !timedOut {
		return nil, fmt.Errorf("sandbox: %w", startErr)
	}
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) {
		return nil, fmt.Errorf("sandbox: wait for %s: %w", j.Command.Path, waitErr)
	}
	state := cmd.ProcessState
	result := &Result{
		Stdout:    stdout.kept,
		Stderr:    stderr.kept,
		Truncated: stdout.truncated || stderr.truncated,
		ExitCode:  state.ExitCode(),
		CPU:       state.UserTime() + state.SystemTime(),
	}
	if ws := state.Sys().(syscall.WaitStatus); ws.Signaled() {
		result.Signal = ws.Signal()
	}
	switch {
	case timedOut && result.Signal == syscall.SIGKILL:
		result.Exceeded = ExceededWall
	case result.Signal == syscall.SIGXCPU,
		result.Signal == syscall.SIGKILL && result.CPU >= limits.CPU-cpuSlack:
		result.Exceeded = ExceededCPU
	}
	return result, nil
}

// cpuSlack is by how much the kernel's account of processor time when it
// enforces the limit may differ from the one that it gives afterwards.
const cpuSlack = 100 * time.Millisecond

// converse hands over the orders and returns when the program has started, or
// why it did not.
func converse(orders, status *os.File, j job) error {
	err := gob.NewEncoder(orders).Encode(j)
	orders.Close()
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("give orders: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(status, 4096))
	if err != nil {
		return fmt.Errorf("read status: %w", err)
	}
	switch reason, started := strings.CutPrefix(string(answer), ready); {
	case reason != "":
		return errors.New(reason)
	case !started:
		return errors.New("the restricted process ended before it was ready")
	}
	return nil
}

// awaitEnd waits until the process has ended, and leaves it to be reaped.
func awaitEnd(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}
