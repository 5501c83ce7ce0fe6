// Package command is the whole command-line tool for a set of exercises. The
// command bpfgrade calls [Main] with those it brings along; a module with
// exercises of its own calls it with them.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/alecthomas/kong"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed/agent"
)

// The exit codes. They are part of the interface.
const (
	exitPass      = 0 // every submission has full marks
	exitFail      = 1 // graded, and at least one has not
	exitUsage     = 2 // wrong usage, a broken exercise or file
	exitNotGraded = 3 // no score was given for at least one submission
)

// Main runs the command of this process and returns its exit code. In a guest,
// where the same executable is the first process, it serves the testbed.
func Main(exercises ...*grader.Exercise) int {
	if agent.IsInit() {
		fmt.Fprintln(os.Stderr, "bpfgrade agent:", agent.Run())
		return 1
	}
	// The second interrupt ends the process the ordinary way.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM, unix.SIGHUP)
	context.AfterFunc(ctx, stop)
	defer stop()
	return Run(ctx, exercises, os.Args[1:], os.Stdout, os.Stderr)
}

// Run runs the command with arguments and returns its exit code.
func Run(ctx context.Context, exercises []*grader.Exercise, args []string, stdout, stderr io.Writer) (exit int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(stderr, "bpfgrade: this is a bug in bpfgrade: %v\n%s", r, debug.Stack())
			exit = exitNotGraded
		}
	}()
	err := run(ctx, exercises, args, stdout, stderr)
	var code exitCode
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &code):
		return int(code)
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "bpfgrade: interrupted")
		return exitNotGraded
	}
	fmt.Fprintln(stderr, "bpfgrade:", err)
	var machine *machineError
	if errors.As(err, &machine) {
		return exitNotGraded
	}
	return exitUsage
}

// exitCode ends the command without another word.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// machineError says that this machine cannot grade, whatever is submitted.
type machineError struct{ error }

func (e *machineError) Unwrap() error { return e.error }

// cli is the command line. Each verb is in a file of its own.
type cli struct {
	Init    initCmd    `cmd:"" help:"Make a folder with an exercise to work on."`
	Check   checkCmd   `cmd:"" help:"Say what is right and wrong with the work in this folder."`
	Hint    hintCmd    `cmd:"" help:"Give one more hint."`
	Reset   resetCmd   `cmd:"" help:"Put the starter back, and keep your files beside it."`
	Explain explainCmd `cmd:"" help:"Say why a BPF object does not load."`
	Grade   gradeCmd   `cmd:"" help:"Grade submissions."`
	Regrade regradeCmd `cmd:"" help:"Grade a class again: all of it, or what changed."`
	Report  reportCmd  `cmd:"" help:"Write reports of a class that was graded."`
	Merge   mergeCmd   `cmd:"" help:"Put the parts of a class together."`
	Package packageCmd `cmd:"" help:"Make what a platform runs bpfgrade with."`
	Verify  verifyCmd  `cmd:"" help:"Prove exercises against their own submissions."`
	List    listCmd    `cmd:"" help:"List the exercises, and what is done."`
	Kernel  kernelCmd  `cmd:"" help:"List and add kernels to grade on."`
	Doctor  doctorCmd  `cmd:"" help:"Say what this machine can do, what is missing, and how to mend it."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Completion completionCmd `cmd:"" help:"Print what makes a shell complete this command's words."`
	Man        manCmd        `cmd:"" help:"Print the manual page."`
	Complete   completeCmd   `cmd:"" hidden:""`
}

// environment is what every verb gets.
type environment struct {
	exercises      []*grader.Exercise
	stdout, stderr io.Writer
}

func run(ctx context.Context, exercises []*grader.Exercise, args []string, stdout, stderr io.Writer) error {
	if err := grader.Validate(exercises...); err != nil {
		return err
	}
	exited := false
	parser, err := kong.New(&cli{},
		kong.Name("bpfgrade"),
		kong.Description("Grades eBPF exercises on a fresh real kernel, without root."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited { // --help has been printed
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w (see bpfgrade --help)", err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(&environment{exercises: exercises, stdout: stdout, stderr: stderr})
}

// exercise finds an exercise by its slug.
func (env *environment) exercise(slug string) (*grader.Exercise, error) {
	var slugs []string
	for _, ex := range env.exercises {
		if ex.Slug == slug {
			return ex, nil
		}
		slugs = append(slugs, ex.Slug)
	}
	return nil, fmt.Errorf("unknown exercise %q%s (see bpfgrade list)", slug, suggest(slug, slugs))
}
