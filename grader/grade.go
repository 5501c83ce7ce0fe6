package grader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Grader grades submissions on one kernel. Its methods are safe for concurrent
// use when Open and Build are.
type Grader struct {
	// Open returns a testbed that no submission has touched. The grader
	// closes it.
	Open func(ctx context.Context) (testbed.Testbed, error)
	// Build makes the object file of a submission's source.
	Build *submission.Builder
	// Kernel and Backend go into the results.
	Kernel, Backend string
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

// Grade grades the submission at path. The error is that of ctx, or says why
// nothing can be seen at path; whatever else goes wrong stands in the result.
func (g *Grader) Grade(ctx context.Context, ex *Exercise, path string, seed uint64) (*Result, error) {
	begin := time.Now()
	absolute, err := filepath.Abs(path)
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(absolute)
	}
	if err != nil {
		return nil, fmt.Errorf("open submission: %w", err)
	}
	result := &Result{
		Submission: submission.Name(absolute, info),
		Exercise:   ex.Slug,
		Kernel:     g.Kernel,
		Backend:    g.Backend,
		MaxScore:   ex.MaxScore(),
		Seed:       seed,
	}
	err = g.gradeSafely(ctx, ex, path, result)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		toVerdict(err).end(result)
	}
	result.Duration = time.Since(begin)
	return result, nil
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

	obj, log, err := g.object(ctx, sub)
	if err != nil {
		return err
	}
	result.Log = log

	tb, err := g.Open(ctx)
	if err != nil {
		return notTheirs("open testbed", err)
	}
	defer tb.Close()
	info, err := describe(ctx, tb, ex)
	if err != nil {
		return err
	}

	// Here the submission's own time begins.
	own, cancel := context.WithTimeout(ctx, cmp.Or(g.Timeout, DefaultTimeout))
	defer cancel()
	t, err := g.prepare(own, tb, ex, obj)
	if err != nil {
		return err
	}
	t.Info = info
	if result.Checks, err = runChecks(t, ex, result.Seed); err != nil {
		return err
	}
	if err := reset(ctx, tb); err != nil {
		return err
	}
	conclude(result)
	return nil
}

// object builds the submission and reads what came of it.
func (g *Grader) object(ctx context.Context, sub *submission.Submission) (obj *object.Object, log string, err error) {
	file := filepath.Join(sub.Dir, sub.Object)
	if sub.Source != "" {
		if file, log, err = g.Build.BPF(ctx, sub); err != nil {
			return nil, "", err
		}
	}
	obj, err = object.Read(file)
	return obj, log, err
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

// prepare loads and attaches the object and begins to watch what it sends.
func (g *Grader) prepare(ctx context.Context, tb testbed.Testbed, ex *Exercise, obj *object.Object) (*T, error) {
	for _, p := range obj.Programs {
		if p.Type == object.Unspecified {
			return nil, refusal(StatusLoadError, explain.Section(p))
		}
	}

	// What ends early under this deadline is the submission's fault.
	timeout := cmp.Or(g.LoadTimeout, DefaultLoadTimeout)
	loadCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	loaded, err := tb.Load(loadCtx, testbed.LoadRequest{Object: obj.Data})
	if outOfTime(loadCtx, err) {
		return nil, &verdict{
			status:  StatusTimeout,
			message: fmt.Sprintf("The kernel had not loaded the object after %v.", timeout),
			help:    "Look for loops with many rounds and for many branches one after another, for the verifier follows every path, and for very large maps.",
		}
	}
	var refused *testbed.LoadError
	if errors.As(err, &refused) {
		return nil, refusal(StatusLoadError, explain.Load(refused, obj))
	}
	if err != nil {
		return nil, fmt.Errorf("load object: %w", err)
	}
	for _, m := range loaded.Maps {
		if sendsRecords(m.Type) && slices.Contains(ex.Records, m.Name) {
			err := tb.Watch(ctx, testbed.WatchRequest{MapID: m.ID, Pages: recordPages})
			if errors.Is(err, testbed.ErrNotPermitted) {
				return nil, &verdict{
					status:  StatusLoadError,
					message: fmt.Sprintf("The flags of the map %s keep user space from receiving its records.", m.Name),
					help:    "Leave BPF_F_RDONLY and BPF_F_WRONLY out of its map_flags.",
				}
			}
			if err != nil {
				return nil, fmt.Errorf("watch map %s: %w", m.Name, err)
			}
		}
	}
	_, err = tb.Attach(loadCtx, testbed.AttachRequest{})
	if outOfTime(loadCtx, err) {
		return nil, &verdict{
			status:  StatusTimeout,
			message: fmt.Sprintf("The programs were not attached after %v.", timeout),
			help:    busy,
		}
	}
	var failed *testbed.AttachError
	if errors.As(err, &failed) {
		return nil, refusal(StatusAttachError, explain.Attach(failed))
	}
	if err != nil {
		return nil, fmt.Errorf("attach programs: %w", err)
	}
	return &T{Object: obj, Loaded: loaded, ctx: ctx, tb: tb}, nil
}

// recordPages is the size of each processor's perf buffer, in pages.
const recordPages = 64

// runChecks runs each check whose prerequisites passed. When one has no
// verdict the rest is skipped, and the error says why.
func runChecks(t *T, ex *Exercise, seed uint64) ([]CheckResult, error) {
	var results []CheckResult
	var ended error
	passed := make(map[string]bool)
	for _, check := range ex.Checks {
		r := CheckResult{Name: check.Name, MaxScore: check.Points}
		missing := slices.IndexFunc(check.After, func(name string) bool { return !passed[name] })
		switch {
		case ended != nil:
			r.Status = StatusSkip
			r.Message = "The run ended before this check."
		case missing >= 0:
			r.Status = StatusSkip
			r.Message = fmt.Sprintf("It comes after %q, which did not pass.", check.After[missing])
		default:
			ended = runCheck(t, check, seed, &r)
			passed[check.Name] = r.Status == StatusPass
		}
		results = append(results, r)
	}
	return results, ended
}

// runCheck runs one check on a T of its own. The error says why there is no
// verdict.
func runCheck(shared *T, check Check, seed uint64, r *CheckResult) error {
	hash := fnv.New64a()
	hash.Write([]byte(check.Name))
	t := &T{
		Rand:   rand.New(rand.NewPCG(seed, hash.Sum64())),
		Object: shared.Object, Loaded: shared.Loaded, Info: shared.Info,
		ctx: shared.ctx, tb: shared.tb,
	}

	begin := time.Now()
	err := t.run(check.Run)
	r.Duration = time.Since(begin)
	r.Output = t.output
	switch {
	case err != nil:
		if outOfTime(t.ctx, err) {
			err = lateVerdict(t.Object)
		}
		toVerdict(err).endCheck(r)
		return fmt.Errorf("check %q: %w", check.Name, err)
	case t.failed:
		r.Status = StatusFail
		r.Score = partOf(check.Points, t.partial)
		r.Expected, r.Actual = bounded(t.first.Expected, maxText), bounded(t.first.Actual, maxText)
		r.Message, r.Help = bounded(t.first.Message, maxText), bounded(t.first.Help, maxText)
		r.Diagnosis = t.first.Diagnosis
		if r.Message == "" {
			r.Message = "The check failed without a reason."
		}
	default:
		r.Status = StatusPass
		r.Score = check.Points
	}
	return nil
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

// conclude adds up the checks, all of which ran to their end.
func conclude(result *Result) {
	result.Status = StatusPass
	for _, c := range result.Checks {
		result.Score = hundredths(result.Score + c.Score)
		if c.Status != StatusPass && result.Status == StatusPass {
			result.Status = StatusFail
			result.Message = strings.TrimSpace(c.Name + ": " + c.Message)
			result.Help = c.Help
		}
	}
}
