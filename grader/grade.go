package grader

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
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
	// whole of its time on the testbed. Both are of the wall clock and
	// generous, because machines are slow and loaded.
	LoadTimeout, Timeout time.Duration
}

// The timeouts for an emulated kernel on a loaded machine.
const (
	DefaultLoadTimeout = 60 * time.Second
	DefaultTimeout     = 3 * time.Minute
)

// verdict ends the grading of a submission before its checks.
type verdict struct {
	status    Status
	message   string
	help      string
	diagnosis string
	log       string
}

func (v *verdict) Error() string { return v.message }

// Grade grades the submission at path. The error is that of ctx, or says that
// there is nothing at path; whatever else goes wrong stands in the result.
func (g *Grader) Grade(ctx context.Context, ex *Exercise, path string, seed uint64) (*Result, error) {
	begin := time.Now()
	result := &Result{
		Submission: filepath.Base(filepath.Clean(path)),
		Exercise:   ex.Slug,
		Kernel:     g.Kernel,
		Backend:    g.Backend,
		MaxScore:   ex.MaxScore(),
		Seed:       seed,
	}
	err := g.grade(ctx, ex, path, result)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return nil, err
	}
	if err != nil {
		v := toVerdict(err)
		result.Status, result.Message, result.Help = v.status, v.message, v.help
		result.Diagnosis, result.Log = v.diagnosis, v.log
		result.Score = 0
	}
	result.Duration = time.Since(begin)
	return result, nil
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

	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	tb, err := g.Open(ctx)
	if err != nil {
		return &verdict{status: StatusInfraError, message: fmt.Sprintf("open testbed: %v", err)}
	}
	defer tb.Close()

	t, err := g.prepare(ctx, tb, ex, obj)
	if err != nil {
		return err
	}
	result.Checks = runChecks(t, ex, result.Seed)
	if err := conclude(result, t); err != nil {
		return err
	}
	left, err := tb.Reset(ctx)
	if err != nil {
		return fmt.Errorf("reset testbed: %w", err)
	}
	if len(left) > 0 {
		return fmt.Errorf("reset testbed: the %s %s is still in the kernel", left[0].Kind, left[0].Name)
	}
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

// prepare loads and attaches the object and begins to watch what it sends.
func (g *Grader) prepare(ctx context.Context, tb testbed.Testbed, ex *Exercise, obj *object.Object) (*T, error) {
	info, err := tb.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe kernel: %w", err)
	}
	for _, feature := range ex.Needs {
		if reason, missing := info.Missing[feature]; missing {
			return nil, fmt.Errorf("not gradable on this kernel (%s), which lacks %s: %s", info.Release, feature, reason)
		}
	}

	for _, p := range obj.Programs {
		if p.Type == object.Unspecified {
			return nil, refusal(StatusLoadError, explain.Section(p))
		}
	}

	// What ends early under this deadline is the submission's fault.
	loadCtx, cancel := context.WithTimeout(ctx, g.LoadTimeout)
	defer cancel()
	loaded, err := tb.Load(loadCtx, testbed.LoadRequest{Object: obj.Data})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &verdict{
			status:  StatusTimeout,
			message: fmt.Sprintf("The kernel's verifier had not decided about the object after %v.", g.LoadTimeout),
			help:    "Look for loops with many rounds and for many branches one after another: the verifier follows every path.",
		}
	}
	var refused *testbed.LoadError
	if errors.As(err, &refused) {
		return nil, refusal(StatusLoadError, explain.Load(refused, obj))
	}
	if err != nil {
		return nil, err
	}
	for _, m := range loaded.Maps {
		records := m.Type == "PerfEventArray" || m.Type == "RingBuf"
		if records && slices.Contains(ex.Records, m.Name) {
			if err := tb.Watch(ctx, testbed.WatchRequest{MapID: m.ID, Pages: recordPages}); err != nil {
				return nil, err
			}
		}
	}
	_, err = tb.Attach(loadCtx, testbed.AttachRequest{})
	var failed *testbed.AttachError
	if errors.As(err, &failed) {
		return nil, refusal(StatusAttachError, explain.Attach(failed))
	}
	if err != nil {
		return nil, err
	}
	return &T{Object: obj, Loaded: loaded, Info: info, ctx: ctx, tb: tb}, nil
}

// recordPages is the size of each processor's perf buffer, in pages.
const recordPages = 64

// runChecks runs each check whose prerequisites passed. After an error of the
// grader's own the rest is skipped.
func runChecks(t *T, ex *Exercise, seed uint64) []CheckResult {
	var results []CheckResult
	passed := make(map[string]bool)
	for _, check := range ex.Checks {
		r := CheckResult{Name: check.Name, MaxScore: check.Points}
		missing := slices.IndexFunc(check.After, func(name string) bool { return !passed[name] })
		switch {
		case t.infraErr != nil:
			r.Status = StatusSkip
			r.Message = "The grader failed before this check."
		case missing >= 0:
			r.Status = StatusSkip
			r.Message = fmt.Sprintf("It comes after %q, which did not pass.", check.After[missing])
		default:
			runCheck(t, check, seed, &r)
			passed[check.Name] = r.Status == StatusPass
		}
		results = append(results, r)
	}
	return results
}

func runCheck(t *T, check Check, seed uint64, r *CheckResult) {
	t.failed, t.first, t.partial, t.output = false, Failure{}, 0, ""
	hash := fnv.New64a()
	hash.Write([]byte(check.Name))
	t.Rand = rand.New(rand.NewPCG(seed, hash.Sum64()))

	begin := time.Now()
	t.run(check.Run)
	r.Duration = time.Since(begin)
	r.Output = t.output
	switch {
	case t.infraErr != nil:
		r.Status = StatusError
		r.Message = t.infraErr.Error()
	case t.failed:
		r.Status = StatusFail
		r.Score = t.partial * check.Points
		r.Expected, r.Actual = t.first.Expected, t.first.Actual
		r.Message, r.Help, r.Diagnosis = t.first.Message, t.first.Help, t.first.Diagnosis
	default:
		r.Status = StatusPass
		r.Score = check.Points
	}
}

// conclude adds up the checks. Only a submission all of whose checks ran to
// their end has a score.
func conclude(result *Result, t *T) error {
	if t.infraErr != nil {
		return t.infraErr
	}
	result.Status = StatusPass
	for _, c := range result.Checks {
		result.Score += c.Score
		if c.Status != StatusPass && result.Status == StatusPass {
			result.Status = StatusFail
			result.Message = strings.TrimSpace(c.Name + ": " + c.Message)
			result.Help = c.Help
		}
	}
	return nil
}
