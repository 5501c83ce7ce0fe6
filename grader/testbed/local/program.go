package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// A started program is an ordinary user, nobody, with two privileges: CAP_BPF
// loads BPF programs and CAP_PERFMON lets them look at the kernel. With them a
// program cannot write to other programs' memory, or open maps and programs
// that are not its own. For uprobes the kernel wants CAP_SYS_ADMIN;
// see perf_uprobe_init in kernel/trace/trace_event_perf.c.
const (
	nobody     = 65534
	capPerfmon = unix.CAP_PERFMON
	capBPF     = unix.CAP_BPF
)

// program is a submission's program that was started.
type program struct {
	// before are what was in the kernel when it was started.
	before *kernelObjects
	dir    string
	group  *cgroup
	holder *holder
	// hold tells that it is to be held, order that it is to be seen when it makes
	// its perf buffers.
	hold, order bool
	cmd         *exec.Cmd
	output      *output
	// ended is closed when its first process has ended.
	ended chan struct{}
	// exit is how it ended, once that was asked for.
	exit *testbed.Exit
}

// AllowPrograms changes what programs of few privileges need changed in the
// kernel's settings, which Close puts back. Start does so as well: a machine
// whose settings are its own need not wait for it. Where it cannot be done,
// FeatureProgram is missing.
func (tb *Testbed) AllowPrograms() {
	if tb.access != nil || tb.info.Missing[testbed.FeatureProgram] != "" {
		return
	}
	var err error
	if tb.access, err = grantAccess(); err != nil {
		tb.info.Missing[testbed.FeatureProgram] = err.Error()
	}
}

var errNotStarted = errors.New("no program was started")

// Start implements [testbed.Testbed].
func (tb *Testbed) Start(ctx context.Context, req testbed.StartRequest) error {
	if ctx.Err() != nil {
		return fmt.Errorf("start program: %w", ctx.Err())
	}
	tb.AllowPrograms()
	if reason, missing := tb.info.Missing[testbed.FeatureProgram]; missing {
		return fmt.Errorf("start program: %w: %s", testbed.ErrNotSupported, reason)
	}
	if tb.program != nil {
		if tb.program.exited() == nil {
			return errors.New("start program: another one is running")
		}
		if err := tb.program.remove(); err != nil {
			return fmt.Errorf("start program: %w", err)
		}
		tb.program = nil
	}
	if err := tb.keepProgram(req); err != nil {
		return fmt.Errorf("start program: %w", err)
	}
	p := &program{ended: make(chan struct{}), holder: tb.holder, hold: req.Hold, order: req.Buffers}
	if err := p.start(tb.group, tb.kept, req); err != nil {
		return fmt.Errorf("start program: %w", errors.Join(err, p.remove()))
	}
	tb.program = p
	return nil
}

// start starts the program that is in the folder kept.
func (p *program) start(group *cgroup, kept string, req testbed.StartRequest) error {
	var err error
	if p.dir, err = makeProgramDir(kept); err != nil {
		return err
	}
	if p.group, err = group.group(); err != nil {
		return err
	}
	if err := p.group.bound(); err != nil {
		return err
	}
	if p.hold {
		if err := p.holder.hold(p.group); err != nil {
			return err
		}
	}
	if p.order {
		if err := p.holder.order(p.group); err != nil {
			return err
		}
	}
	if p.before, err = listKernelObjects(); err != nil {
		return err
	}
	terminal, tty, err := openTerminal()
	if err != nil {
		return err
	}

	p.cmd = exec.Command("./"+programName, req.Args...)
	p.cmd.Dir = p.dir
	p.cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + p.dir, "TERM=xterm"}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = tty, tty, tty
	capabilities := []uintptr{capBPF, capPerfmon}
	if req.Uprobes {
		capabilities = append(capabilities, unix.CAP_SYS_ADMIN)
	}
	p.cmd.SysProcAttr = &unix.SysProcAttr{
		Credential:  &syscall.Credential{Uid: nobody, Gid: nobody},
		AmbientCaps: capabilities,
		// Its own session, so that signals reach its processes and no others.
		// The terminal is not the session's: it would be hung up with its end.
		Setsid:      true,
		UseCgroupFD: true,
		CgroupFD:    p.group.fd(),
	}
	if err := p.cmd.Start(); err != nil {
		terminal.Close()
		tty.Close()
		return err
	}
	p.output = readOutput(terminal, tty)
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	return nil
}

// endProgram ends the program that was started last, if any, and returns what
// it left in the kernel.
func (tb *Testbed) endProgram(ctx context.Context) ([]testbed.Leftover, error) {
	p := tb.program
	if p == nil {
		return nil, nil
	}
	if err := errors.Join(p.group.kill(), unpin()); err != nil {
		return nil, err
	}
	left, err := p.leftovers(ctx)
	if err != nil {
		return nil, err
	}
	tb.program = nil
	return left, p.remove()
}

// programName is the name of a program's file.
const programName = "prog"

// keepProgram keeps the files of a request that has some, for this start and
// those that follow: it takes a guest longer to receive and write them than to
// start the program.
func (tb *Testbed) keepProgram(req testbed.StartRequest) error {
	switch {
	case len(req.Program) > 0:
	case tb.kept == "":
		return errors.New("there is none")
	default:
		return nil
	}
	if err := removeTemp(&tb.kept); err != nil {
		return err
	}
	dir, err := mountTemp("kept", "mode=0755")
	if err != nil {
		return err
	}
	tb.kept = dir
	return errors.Join(
		writeExecutable(filepath.Join(dir, programName), req.Program),
		os.WriteFile(filepath.Join(dir, testbed.ObjectFile), req.Object, 0o444),
	)
}

// makeProgramDir makes the working directory, with links to the files in kept.
func makeProgramDir(kept string) (string, error) {
	dir, err := mountTemp("program", fmt.Sprintf("size=%d,nr_inodes=256,mode=0755,uid=%d,gid=%d", testbed.MaxFiles, nobody, nobody))
	if err != nil {
		return "", err
	}
	for _, name := range []string{programName, testbed.ObjectFile} {
		err = errors.Join(err, os.Symlink(filepath.Join(kept, name), filepath.Join(dir, name)))
	}
	if err != nil {
		return "", errors.Join(err, unmountTemp(dir))
	}
	return dir, nil
}

// openTerminal opens a pseudo-terminal that passes output on as it is.
func openTerminal() (terminal, tty *os.File, err error) {
	if terminal, tty, err = pty.Open(); err != nil {
		return nil, nil, fmt.Errorf("open terminal: %w", err)
	}
	err = pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80})
	var mode *unix.Termios
	if err == nil {
		mode, err = unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	}
	if err == nil {
		mode.Oflag &^= unix.OPOST // "\n" stays "\n"
		mode.Lflag &^= unix.ECHO
		err = unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, mode)
	}
	if err == nil {
		err = tty.Chown(nobody, nobody)
	}
	if err != nil {
		terminal.Close()
		tty.Close()
		return nil, nil, fmt.Errorf("set up terminal: %w", err)
	}
	return terminal, tty, nil
}

// remove ends all that the program has started and removes its folder.
func (p *program) remove() error {
	var errs []error
	if p.group != nil {
		errs = append(errs, p.group.kill())
	}
	if p.output != nil {
		<-p.ended
		p.output.close()
	}
	errs = append(errs, p.holder.release())
	if p.group != nil {
		errs = append(errs, p.group.remove())
	}
	errs = append(errs, unpin())
	errs = append(errs, removeTemp(&p.dir))
	return errors.Join(errs...)
}

// exited says how the first process ended, nil while it runs.
func (p *program) exited() *testbed.Exit {
	select {
	case <-p.ended:
	default:
		return nil
	}
	if p.exit == nil {
		p.exit = p.newExit()
	}
	return p.exit
}

func (p *program) newExit() *testbed.Exit {
	state := p.cmd.ProcessState
	exit := &testbed.Exit{Status: state.ExitCode()}
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		exit.Signal = status.Signal().String()
	}
	exit.Forked, exit.OutOfMemory = p.group.forked(), p.group.outOfMemory()
	return exit
}

// AwaitReady implements [testbed.Testbed].
func (tb *Testbed) AwaitReady(ctx context.Context, within time.Duration) (*testbed.Running, error) {
	if tb.program == nil {
		return nil, fmt.Errorf("await program: %w", errNotStarted)
	}
	running, err := tb.program.awaitReady(ctx, within)
	if err != nil {
		return nil, fmt.Errorf("await program: %w", err)
	}
	return running, nil
}

// Output implements [testbed.Testbed].
func (tb *Testbed) Output(ctx context.Context, req testbed.OutputRequest) (*testbed.Output, error) {
	if tb.program == nil {
		return nil, fmt.Errorf("output of program: %w", errNotStarted)
	}
	out, err := tb.program.await(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("output of program: %w", err)
	}
	return out, nil
}

// await waits for output as the request says. A program that never waits has
// nothing more to print when it has printed nothing for busyStable, of its own
// processor time as well: one that has to wait for a processor is not taken for
// it.
func (p *program) await(ctx context.Context, req testbed.OutputRequest) (*testbed.Output, error) {
	all := newSpan()
	printed, silent, used := 0, newSpan(), p.group.processorTime()
	for {
		all.look()
		silent.look()
		// First how it is, then what it has printed: then nothing is missed.
		exit := p.exited()
		settled := exit != nil || p.idle()
		if settled {
			if err := p.output.flush(ctx); err != nil {
				return nil, err
			}
		}
		out := p.output.after(req.After)
		out.Exit = exit
		if len(out.Text) != printed {
			printed, silent, used = len(out.Text), newSpan(), p.group.processorTime()
		}
		switch {
		case exit != nil, all.over(req.Wait),
			req.Settle && (settled && p.idle() || silent.over(busyStable) && p.group.processorTime()-used > busyStable),
			!req.Settle && len(out.Text) > 0:
			return out, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(programPoll):
		}
	}
}

// idle tells whether the program does nothing until something happens.
func (p *program) idle() bool { return p.waits() || p.halted() }

// programPoll is how often a program is looked at.
const programPoll = 2 * time.Millisecond

// BlockOutput implements [testbed.Testbed].
func (tb *Testbed) BlockOutput(ctx context.Context) error {
	return tb.control(ctx, "block output", func(p *program) error { return p.output.block() })
}

// Freeze implements [testbed.Testbed].
func (tb *Testbed) Freeze(ctx context.Context) error {
	return tb.control(ctx, "freeze program", func(p *program) error { return p.freeze(ctx) })
}

// Continue implements [testbed.Testbed].
func (tb *Testbed) Continue(ctx context.Context) error {
	return tb.control(ctx, "continue program", (*program).goOn)
}

// control does something to the program that was started.
func (tb *Testbed) control(ctx context.Context, what string, do func(*program) error) error {
	err := ctx.Err()
	if err == nil && tb.program == nil {
		err = errNotStarted
	}
	if err == nil {
		err = do(tb.program)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Stop implements [testbed.Testbed].
func (tb *Testbed) Stop(ctx context.Context, req testbed.StopRequest) (*testbed.Exit, error) {
	if tb.program == nil {
		return nil, fmt.Errorf("stop program: %w", errNotStarted)
	}
	exit, err := tb.program.stop(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("stop program: %w", err)
	}
	return exit, nil
}

func (p *program) stop(ctx context.Context, req testbed.StopRequest) (*testbed.Exit, error) {
	sent := time.Now()
	killed := false
	if p.exited() == nil {
		signal, ok := signals[req.Signal]
		if !ok {
			return nil, fmt.Errorf("unknown signal %d", req.Signal)
		}
		if err := p.interrupt(ctx, signal); err != nil {
			return nil, err
		}
		s := newSpan()
		ended := func() bool {
			s.look()
			return p.exited() != nil || s.over(req.Within)
		}
		if err := await(ctx, ended); err != nil {
			return nil, err
		}
		killed = p.exited() == nil
	}
	after := time.Since(sent)
	// What its first process left behind is seen before the rest is killed.
	left, err := p.leftovers(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.group.kill(); err != nil {
		return nil, err
	}
	<-p.ended
	exit := *p.exited()
	exit.Killed, exit.After, exit.Leftovers = killed, after, left
	if killed {
		exit.Leftovers = nil // it had no chance
	}
	return &exit, p.output.flush(ctx)
}
