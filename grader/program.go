package grader

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// The program has this long to print what it has received, to look for more
// that it could print, and to end after a signal, on the testbed's clock. All
// are generous, for a loaded machine.
const (
	printTimeout = 30 * time.Second
	lateTimeout  = 5 * time.Second
	endTimeout   = 10 * time.Second
)

// targetName is the name of the file that holds the exercise's own executable.
const targetName = "target"

// enter gets the submission into the phase of a check. It fails the check when
// the program does not run.
func (t *T) enter(phase Phase) {
	s := t.session
	switch {
	case phase == OnObject:
		return
	case s.program == nil:
		s.down = true
		t.Fail(Failure{
			Expected: "prog.c, or prog built from it",
			Message:  "No user-space half was handed in.",
			Help:     "Put prog.c beside prog.bpf.c.",
		})
	case s.current == nil:
		t.start(phase == OnAttach)
	}
	for phase == OnProgram && s.current.Held {
		t.Continue()
	}
}

// start starts the program and waits until it is held or ready.
func (t *T) start(hold bool) {
	s := t.session
	// What was there before is no part of the program.
	t.Infra(reset(t.ctx, t.tb))
	options := s.exercise.Program
	req := testbed.StartRequest{Uprobes: options.Uprobes, Hold: hold, Buffers: options.Buffers}
	if !s.started {
		req.Program, req.Object = s.program, s.object.Data
	}
	if data := options.Target; data != nil {
		path, err := t.tb.Install(t.ctx, testbed.InstallRequest{Name: targetName, Data: data})
		t.Infra(err)
		req.Args = []string{path}
	}
	s.started, s.printed = true, 0
	t.Infra(t.tb.Start(t.ctx, req))
	t.awaitReady()
}

// awaitReady waits until the program is held or ready. It fails the check, or
// ends the run, when that does not come.
func (t *T) awaitReady() {
	s := t.session
	running, err := t.tb.AwaitReady(t.ctx, s.loadTimeout)
	t.Infra(err)
	switch {
	case running.Held, running.Ready:
		s.current = running
		s.loaded = &testbed.Object{Programs: running.Programs, Maps: running.Maps}
		t.Loaded = s.loaded
	case running.Exit != nil:
		// One that was held had attached something.
		attached := len(running.Links) > 0 || s.current != nil
		s.current, s.down = nil, true
		t.endedEarly(running.Exit, attached)
	default:
		t.neverReady(running)
	}
}

// endedEarly says why a program ended before it was ready.
func (t *T) endedEarly(exit *testbed.Exit, attached bool) {
	s := t.session
	printed := t.taken()
	t.Output(printed)
	t.crashed(exit, printed)
	if s.exercise.Checks[0].On != OnObject {
		t.Infra(s.explainRefusal(t.ctx, printed))
	}
	f := Failure{
		Expected: "a program that runs until SIGINT or SIGTERM",
		Actual:   fmt.Sprintf("it ended with status %d", exit.Status),
		Message:  fmt.Sprintf("The program ended by itself, with status %d, and nothing was attached.", exit.Status),
		Help:     "Let it print which of its steps failed, and why: the functions of libbpf return an error, or set errno.",
	}
	switch {
	case attached:
		f.Message = fmt.Sprintf("The program ended by itself, with status %d, when it had attached something.", exit.Status)
		f.Help = "It must wait for its signal: in a loop that polls, pauses or sleeps."
	case exit.Status == 0:
		f.Help = "It must attach, and then wait for its signal: in a loop that polls, pauses or sleeps."
	case strings.Contains(printed, libbpfSays):
		f.Help = "Look at what it printed: libbpf says which step failed, and why."
	}
	if text := strings.TrimSpace(printed); text != "" {
		f.Message += fmt.Sprintf(" The last that it printed was %q.", bounded(text[strings.LastIndexByte(text, '\n')+1:], maxQuoted))
	}
	if help := explain.AsRoot(printed); help != "" {
		f.Help = help
	}
	if id, help := explain.Printed(printed); id != "" {
		f.Help, f.Diagnosis = help, id
	}
	t.Fail(f)
}

// maxQuoted bounds a line of output within a message, in bytes.
const maxQuoted = 200

// libbpfSays precedes what libbpf prints.
const libbpfSays = "libbpf: "

// explainRefusal is the verdict on an object that the kernel refuses whoever
// loads it, nil for one that it takes. What the program printed tells whether it
// failed to attach as its section says: it may attach in another way.
func (s *session) explainRefusal(ctx context.Context, printed string) error {
	if err := reset(ctx, s.tb); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.loadTimeout)
	defer cancel()
	if err := s.loadObject(ctx); err != nil {
		return err
	}
	_, err := s.tb.Attach(ctx, testbed.AttachRequest{})
	var failed *testbed.AttachError
	switch {
	case outOfTime(ctx, err):
		return nil
	case !errors.As(err, &failed):
		return err
	}
	e := explain.Attach(failed, s.object)
	if e.Diagnosis == "" || !failedAt(object.ParseHook(failed.Section), printed) {
		return nil
	}
	return refusal(StatusAttachError, e)
}

// failedAt tells whether libbpf says in what a program printed that it failed to
// attach to a hook. A section for a kprobe can be attached as a uprobe, so that
// the name alone does not tell.
func failedAt(hook object.Hook, printed string) bool {
	kind := "kprobe"
	if hook.Kind == object.Tracepoint || hook.Kind == object.RawTracepoint {
		kind = "tracepoint"
	}
	for line := range strings.Lines(printed) {
		_, said, ok := strings.Cut(line, libbpfSays)
		if ok && strings.Contains(said, kind) && strings.Contains(said, hook.Target) {
			return true
		}
	}
	return false
}

// neverReady ends the run: the program's time is over.
func (t *T) neverReady(running *testbed.Running) {
	exit, err := t.tb.Stop(t.ctx, testbed.StopRequest{Signal: testbed.SignalInterrupt, Within: endTimeout})
	t.Infra(err)
	t.exceeded(exit)
	t.Output(t.taken())
	v := &verdict{
		status:  StatusTimeout,
		message: fmt.Sprintf("The program had attached nothing after %v.", t.session.loadTimeout),
		help:    "What does it wait for before it attaches?",
	}
	if len(running.Links) > 0 {
		v.message = fmt.Sprintf("The program still attached and detached after %v.", t.session.loadTimeout)
		v.help = "Attach once, before the loop that waits."
	}
	t.Infra(v)
}

// crashed ends the run when a signal that nobody sent has ended the program.
// Printed is what it had printed.
func (t *T) crashed(exit *testbed.Exit, printed string) {
	t.exceeded(exit)
	if exit.Signal == "" {
		return
	}
	v := &verdict{
		status:  StatusCrash,
		message: fmt.Sprintf("The program was ended by a signal: %s.", exit.Signal),
		help:    "Is a pointer used that a call of libbpf returned as NULL? Run it under gdb, or build it with -g -fsanitize=address.",
	}
	if id, help := explain.Printed(printed); id != "" {
		v.help, v.diagnosis = help, id
	}
	t.Infra(v)
}

// exceeded ends the run when the program has met a bound.
func (t *T) exceeded(exit *testbed.Exit) {
	switch {
	// Processes without end take memory without end as well.
	case exit.Forked:
		t.Infra(&verdict{
			status:  StatusCrash,
			message: fmt.Sprintf("The program had more than %d processes and threads at once.", testbed.MaxProcesses),
			help:    "Look for fork in a loop.",
		})
	case exit.OutOfMemory:
		t.Infra(&verdict{
			status:  StatusCrash,
			message: fmt.Sprintf("The program used more than %d MiB of memory.", testbed.MaxProgramMemory>>20),
			help:    "Look for memory that is allocated in a loop, and for very large buffers.",
		})
	}
}

// taken returns what the program has printed and was not taken before.
func (t *T) taken() string {
	out, err := t.tb.Output(t.ctx, testbed.OutputRequest{After: t.session.printed})
	t.Infra(err)
	t.session.printed += len(out.Text)
	return string(out.Text)
}

// Running is what the program has in the kernel.
func (t *T) Running() *testbed.Running { return t.session.current }

// Continue lets a program that is held go on. It tells whether the program is
// held again, because it has attached something more; otherwise it is ready.
func (t *T) Continue() (held bool) {
	t.Infra(t.tb.Continue(t.ctx))
	t.awaitReady()
	return t.session.current.Held
}

// BlockOutput has the program wait where it prints next, until it is thawed.
func (t *T) BlockOutput() { t.Infra(t.tb.BlockOutput(t.ctx)) }

// Freeze stops the program until it is thawed: where it prints, when its output
// was blocked, which it does not notice.
func (t *T) Freeze() { t.Infra(t.tb.Freeze(t.ctx)) }

// Thaw lets a program go on that was frozen.
func (t *T) Thaw() { t.Infra(t.tb.Continue(t.ctx)) }

// Printed returns what the program has printed since it was asked last: it
// waits until the program has nothing more to print. The text is kept as the
// check's output. It fails the check when the program has ended.
func (t *T) Printed() string {
	return t.printedAfter("", testbed.OutputRequest{Wait: printTimeout, Settle: true})
}

// PrintedUntil is Printed for a program that may print later, because it looks
// for records from time to time: it waits for more, but not for long, until the
// text is complete.
func (t *T) PrintedUntil(complete func(text string) bool) string {
	text := t.Printed()
	// A program may print other things all the time.
	for deadline := time.Now().Add(lateTimeout); !complete(text) && time.Now().Before(deadline); {
		more := t.printedAfter(text, testbed.OutputRequest{Wait: lateTimeout})
		if more == "" {
			break
		}
		text += more
		text += t.printedAfter(text, testbed.OutputRequest{Wait: printTimeout, Settle: true})
	}
	return text
}

// printedAfter returns what the program prints after what it has printed during
// the check already.
func (t *T) printedAfter(before string, req testbed.OutputRequest) string {
	s := t.session
	req.After = s.printed
	out, err := t.tb.Output(t.ctx, req)
	t.Infra(err)
	s.printed += len(out.Text)
	text := string(out.Text)
	t.Output(before + text)
	if out.Exit != nil {
		t.endedByItself(out.Exit, before+text)
	}
	if out.Truncated {
		t.Fail(Failure{
			Expected: "a line for each record",
			Actual:   fmt.Sprintf("more than %d KiB", testbed.MaxOutputBytes>>10),
			Message:  "The program prints without end.",
			Help:     "Print where a record arrives, not in the loop that waits for records.",
		})
	}
	return text
}

// endedByItself fails the check for a program that was ready and has ended. It is
// not started again: what a signal would do to it depends on which came first.
func (t *T) endedByItself(exit *testbed.Exit, printed string) {
	t.session.current, t.session.down = nil, true
	t.crashed(exit, printed)
	t.Fail(Failure{
		Expected: "a program that runs until SIGINT or SIGTERM",
		Actual:   fmt.Sprintf("it ended with status %d", exit.Status),
		Message:  fmt.Sprintf("The program ended by itself, with status %d, after it was ready.", exit.Status),
		Help:     "A poll that a signal interrupted, or that found nothing, is no reason to end: only SIGINT and SIGTERM are.",
	})
}

// gone fails the check because a map or a program is no longer in the kernel:
// the program has ended, or has closed it.
func (t *T) gone() {
	out, err := t.tb.Output(t.ctx, testbed.OutputRequest{After: t.session.printed})
	if err != nil {
		return
	}
	if out.Exit != nil {
		t.Output(string(out.Text))
		t.endedByItself(out.Exit, string(out.Text))
	}
	t.Fail(Failure{
		Expected: "a program that keeps its maps and programs until SIGINT or SIGTERM",
		Actual:   "one of them is no longer in the kernel",
		Message:  "The program has closed a map or a BPF program while it runs.",
		Help:     "Close them after the loop that waits, not before it.",
	})
}

// Stop sends SIGINT or SIGTERM to the program and says how it ended. A program
// that does not end in time is killed.
func (t *T) Stop(signal testbed.Signal) *testbed.Exit {
	exit, err := t.tb.Stop(t.ctx, testbed.StopRequest{Signal: signal, Within: endTimeout})
	t.Infra(err)
	t.session.current = nil
	t.exceeded(exit)
	return exit
}

// RunTarget runs the exercise's own executable, to whose path the program has
// attached, to its end.
func (t *T) RunTarget(args ...string) {
	t.session.measures = true
	report, err := t.tb.Run(t.ctx, testbed.RunRequest{Name: targetName, Args: args})
	t.undisturbed(err)
	if report.Status != 0 {
		t.undisturbed(fmt.Errorf("target ended with status %d: %s", report.Status, report.Output))
	}
}
