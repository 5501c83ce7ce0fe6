package command

import (
	"context"
	"fmt"
	"time"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

type checkCmd struct {
	Exercise string        `short:"e" placeholder:"SLUG" help:"The exercise. Default: the one that the folder was made for."`
	Kernel   string        `short:"k" placeholder:"V" help:"The kernel to grade on: a version such as 6.12, or the path of an image. Default: the first that was added."`
	Backend  string        `enum:"auto,vm,local" default:"auto" help:"Where to grade: vm (a kernel of its own in QEMU) or local (this kernel; needs root). auto is vm."`
	Watch    bool          `short:"w" help:"Check again whenever a file is saved, until Ctrl-C."`
	Poll     time.Duration `placeholder:"TIME" help:"With --watch, look for changes this often, such as 500ms, and do not wait to be told. Some mounts tell nothing."`
	Seed     *uint64       `help:"Draw the workloads from this number, as an earlier run did."`
	Verbose  bool          `short:"v" help:"Show all that the verifier says."`
	Path     string        `arg:"" optional:"" default:"." help:"The folder or file to check. Default: this folder."`
}

func (c *checkCmd) Run(ctx context.Context, env *environment) error {
	ex, err := env.exerciseOf(c.Exercise, c.Path)
	if err != nil {
		return err
	}
	if _, err := folderOf(c.Path); err != nil {
		return err
	}
	if c.Poll < 0 {
		return fmt.Errorf("--poll %v: it is a time such as 500ms", c.Poll)
	}
	b, err := openBackend(ctx, env, backend.Options{Name: c.Backend, Kernel: c.Kernel, Warm: c.Watch})
	if err != nil {
		return err
	}
	defer b.Close()
	if c.Watch {
		return c.watch(ctx, env, b, ex)
	}
	waiting := newWaiting(env.stderr)
	if waiting.terminal {
		waiting.say("checking")
	}
	result, err := c.check(ctx, env, b, ex)
	waiting.end()
	if err != nil {
		return err
	}
	text, err := c.text(env, ex, result)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(env.stdout, text); err != nil {
		return &machineError{err}
	}
	return ended(result)
}

// check grades what is at the path now, and notes how the student stands.
func (c *checkCmd) check(ctx context.Context, env *environment, b *backend.Backend, ex *grader.Exercise) (*grader.Result, error) {
	result, err := b.Grade(ctx, ex, c.Path, seedFrom(c.Seed))
	if err != nil {
		return nil, err
	}
	// Why the grader failed is for whoever runs it to know.
	if result.Graded() {
		result = report.ForStudents([]*grader.Result{result})[0]
		err := note(ex, func(s *stand) { s.Checked, s.Best = true, max(s.Best, result.Score) })
		if err != nil { // it is graded all the same
			fmt.Fprintln(env.stderr, "bpfgrade:", err)
		}
	}
	return result, nil
}

// ended is how the command ends after some results.
func ended(results ...*grader.Result) error {
	if code := report.ExitCode(results); code != exitPass {
		return exitCode(code)
	}
	return nil
}
