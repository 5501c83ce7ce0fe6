package grader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Grader grades submissions on one kernel. Its methods are safe for concurrent
// use when Open and Build are.
type Grader struct {
	// Open returns a testbed on which nothing of another submission is left.
	// The grader closes it.
	Open func(ctx context.Context) (testbed.Testbed, error)
	// Recycle, if not nil, takes a testbed back in place of its Close, for
	// another submission: one on which nothing of this one should be left.
	Recycle func(ctx context.Context, tb testbed.Testbed) error
	// Trusted says that nobody who hands in submissions means harm, as with an
	// exercise's own. A testbed is then also given to Recycle after a user-space
	// program has run on it, which leaves more ways to leave something than
	// can be looked at.
	Trusted bool
	// Build makes the object file of a submission's source.
	Build *submission.Builder
	// Kernel and Backend go into the results, and KernelHash, which is the
	// SHA-256 of the kernel's image, in hexadecimal, where it has one.
	Kernel, Backend, KernelHash string
	// Types, if not empty, is a file with the type information of the kernel,
	// in which misspelt hooks are looked up.
	Types string
	// LoadTimeout bounds the load and attach of a submission, Timeout the
	// whole of its time on the testbed, which begins with the load. Both are
	// of the wall clock and generous, because machines are slow and loaded.
	// 0 stands for DefaultLoadTimeout and DefaultTimeout.
	LoadTimeout, Timeout time.Duration
}

// The timeouts for an emulated kernel on a loaded machine. resetTimeout is for
// what the grader does after the checks.
const (
	DefaultLoadTimeout = 60 * time.Second
	DefaultTimeout     = 3 * time.Minute
	resetTimeout       = 2 * time.Minute
)

// Grade grades the submission at path. The error is that of ctx; whatever else
// goes wrong stands in the result, also that nothing can be seen at path: other
// submissions of a run are graded all the same.
func (g *Grader) Grade(ctx context.Context, ex *Exercise, path string, seed uint64) (*Result, error) {
	begin := time.Now()
	result := &Result{
		Submission: name(path),
		Exercise:   ex.Slug,
		Kernel:     g.Kernel,
		Backend:    g.Backend,
		MaxScore:   ex.MaxScore(),
		MaxHidden:  ex.MaxHidden(),
		Seed:       seed,
		Origin:     Origin{Path: path, KernelHash: g.KernelHash},
	}
	err := g.gradeSafely(ctx, ex, path, result)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		toVerdict(err).end(result)
	}
	result.Duration = time.Since(begin)
	return result, nil
}

// name is that of the submission at path, as far as it can be known without
// opening it.
func name(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		absolute = path
	}
	info, err := os.Stat(absolute)
	if err != nil {
		return submission.SafeName(filepath.Base(absolute))
	}
	return submission.Name(absolute, info)
}

// gradeSafely is grade, but a bug in the grader costs no more than this one
// result: a submission made to provoke it would otherwise end the whole run.
func (g *Grader) gradeSafely(ctx context.Context, ex *Exercise, path string, result *Result) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the grader panicked: %v", r)
		}
	}()
	return g.grade(ctx, ex, path, result)
}

func (g *Grader) grade(ctx context.Context, ex *Exercise, path string, result *Result) error {
	sub, err := submission.Open(path)
	if err != nil {
		return err
	}
	defer sub.Close()
	result.Submission = sub.Name
	result.Origin.SubmissionHash = sub.Hash

	s := &session{exercise: ex, seed: result.Seed, types: g.Types, loadTimeout: cmp.Or(g.LoadTimeout, DefaultLoadTimeout)}
	if result.Log, err = g.build(ctx, sub, s); err != nil {
		return err
	}
	err = g.gradeBuilt(ctx, *s, result)
	// What one kernel found broken in itself is no verdict on the submission.
	// What two of them do is not the machine's doing.
	if broken := (*testbed.ComplaintError)(nil); errors.As(err, &broken) {
		result.Checks = nil
		err = g.gradeBuilt(ctx, *s, result)
	}
	if err == nil {
		result.Conclude()
	}
	return err
}

// gradeBuilt grades what is built in the session on a testbed.
func (g *Grader) gradeBuilt(ctx context.Context, s session, result *Result) (err error) {
	if s.tb, err = g.Open(ctx); err != nil {
		return notTheirs("open testbed", err)
	}
	clean := false
	defer func() {
		if clean && g.Recycle != nil {
			_ = g.Recycle(ctx, s.tb)
		} else {
			s.tb.Close()
		}
	}()
	if s.info, err = describe(ctx, s.tb, s.exercise); err != nil {
		return err
	}

	// Here the submission's own time begins.
	own, cancel := context.WithTimeout(ctx, cmp.Or(g.Timeout, DefaultTimeout))
	defer cancel()
	if result.Checks, err = s.run(own); err != nil {
		clean = refused(err) && reset(ctx, s.tb) == nil && s.onlyObserved(g.Trusted)
		return err
	}
	if err := reset(ctx, s.tb); err != nil {
		return err
	}
	clean = s.onlyObserved(g.Trusted)
	result.Advice = s.advice()
	return nil
}

// build builds the halves of the submission that the exercise looks at, and
// reads what the object contains. It returns what the compilers said.
func (g *Grader) build(ctx context.Context, sub *submission.Submission, s *session) (log string, err error) {
	file := filepath.Join(sub.Dir, sub.Object)
	if sub.Source != "" {
		if file, log, err = g.Build.BPF(ctx, sub); err != nil {
			return "", err
		}
	}
	if s.object, err = object.Read(file); err != nil || !s.exercise.hasProgram() || !sub.HasProgram() {
		return log, err
	}
	program, more, err := g.Build.Program(ctx, sub, file)
	if err != nil {
		return "", err
	}
	if sub.ProgramSource != "" {
		source, err := sub.ProgramText()
		if err != nil {
			return "", err
		}
		s.programSource = string(source)
	}
	s.program, err = os.ReadFile(program)
	return log + more, err
}

// describe returns what the kernel says of itself. The error is an
// [*UnsupportedError] when it lacks what the exercise needs.
func describe(ctx context.Context, tb testbed.Testbed, ex *Exercise) (*testbed.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, DefaultLoadTimeout)
	defer cancel()
	info, err := tb.Info(ctx)
	if err != nil {
		return nil, notTheirs("describe kernel", err)
	}
	return info, supports(info, ex)
}

// reset proves that the submission left nothing in the kernel: otherwise what
// was seen may not be its own. It has its own time.
func reset(ctx context.Context, tb testbed.Testbed) error {
	ctx, cancel := context.WithTimeout(ctx, resetTimeout)
	defer cancel()
	left, err := tb.Reset(ctx)
	if err != nil {
		return fmt.Errorf("reset testbed: %w", err)
	}
	if len(left) > 0 {
		return fmt.Errorf("reset testbed: the %s %s is still in the kernel", left[0].Kind, left[0].Name)
	}
	return nil
}
