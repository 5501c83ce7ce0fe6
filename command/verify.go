package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/proof"
	"github.com/bpfgrade/bpfgrade/grader/report"
	"github.com/bpfgrade/bpfgrade/grader/scratch"
)

type verifyCmd struct {
	Kernel []string `short:"k" placeholder:"V,V" help:"The kernels to grade on, such as 6.1,6.12,newest. Default: the first that was added."`
	Repeat int      `placeholder:"N" default:"1" help:"How often to grade each submission; no mark may differ."`
	Jobs   int      `short:"j" placeholder:"N" default:"0" help:"How many submissions to grade at a time. Default: one for each processor."`
	Fresh  bool     `help:"Give each run a guest of its own that no other has used, also where the one before is proved to have left nothing."`
	Dir    string   `placeholder:"DIR" help:"The folder with the exercises' folders, in which their submissions lie. Default: the folder exercises here, or in a folder above, up to that of the module."`
	Slugs  []string `arg:"" optional:"" name:"slug" help:"The exercises to verify. Default: all."`
}

func (c *verifyCmd) Run(ctx context.Context, env *environment) error {
	begin := time.Now()
	if c.Repeat < 1 {
		return fmt.Errorf("--repeat %d: grade at least once", c.Repeat)
	}
	all, err := c.submissions(env)
	if err != nil {
		return err
	}
	kernels, err := c.kernels()
	if err != nil {
		return err
	}

	v := &verification{env: env, repeat: c.Repeat, jobs: c.Jobs, fresh: c.Fresh}
	if v.jobs <= 0 {
		v.jobs = runtime.NumCPU()
	}
	for _, s := range all {
		for _, missing := range s.Incomplete() {
			v.failures = append(v.failures, proof.Failure{Exercise: s.Exercise.Slug, Reason: missing})
		}
	}
	for _, kernel := range kernels {
		if err := v.kernel(ctx, kernel, all); err != nil {
			return err
		}
	}
	return v.conclude(time.Since(begin))
}

// submissions opens those of each exercise, before anything is graded.
func (c *verifyCmd) submissions(env *environment) ([]*proof.Submissions, error) {
	exercises := env.exercises
	if len(c.Slugs) > 0 {
		exercises = nil
		for _, slug := range c.Slugs {
			ex, err := env.exercise(slug)
			if err != nil {
				return nil, err
			}
			exercises = append(exercises, ex)
		}
	}
	dir := c.Dir
	if dir == "" {
		var err error
		if dir, err = exercisesFolder(); err != nil {
			return nil, err
		}
	}
	var all []*proof.Submissions
	var errs []error
	for _, ex := range exercises {
		folder := filepath.Join(dir, ex.Slug, proof.Folder)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			errs = append(errs, fmt.Errorf("exercise %s: no submissions in %s (name the folder that holds the folder %s with --dir)", ex.Slug, folder, ex.Slug))
			continue
		}
		s, err := proof.Open(ex, folder)
		if err != nil {
			errs = append(errs, fmt.Errorf("exercise %s: %w", ex.Slug, err))
		}
		all = append(all, s)
	}
	return all, errors.Join(errs...)
}

// exercisesFolder finds the folder exercises in the working folder or in one
// above it, up to that of a module.
func exercisesFolder() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, "exercises")
		info, err := os.Stat(candidate)
		if err == nil && info.IsDir() {
			return candidate, nil
		}
		_, err = os.Stat(filepath.Join(dir, "go.mod"))
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find exercises: no folder exercises in %s or above it; name the folder with --dir", start)
		}
	}
}

// kernels finds each kernel once, whatever words mean it, before anything is
// graded.
func (c *verifyCmd) kernels() ([]string, error) {
	words := c.Kernel
	if len(words) == 0 {
		words = []string{""}
	}
	store, err := openStore()
	if err != nil {
		return nil, err
	}
	var kernels []string
	seen := make(map[string]bool)
	for _, word := range words {
		k, err := store.Find(word)
		if err != nil && word == "" {
			return nil, &machineError{err}
		}
		if err != nil {
			return nil, err
		}
		if !seen[k.Image] {
			seen[k.Image] = true
			kernels = append(kernels, word)
		}
	}
	return kernels, nil
}

// verification is what came of all exercises on all kernels.
type verification struct {
	env          *environment
	repeat, jobs int
	fresh        bool
	records      []*proof.Record
	failures     []proof.Failure
}

// kernel verifies the exercises on a kernel. The error is that of ctx or of the
// output; a kernel that does not boot is a failure, and no reason to leave out
// the others.
func (v *verification) kernel(ctx context.Context, word string, all []*proof.Submissions) error {
	b, err := openBackend(ctx, v.env, backend.Options{Name: backend.VM, Kernel: word, Fresh: v.fresh, Trusted: true})
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		for _, s := range all {
			v.failures = append(v.failures, proof.Failure{Exercise: s.Exercise.Slug, Kernel: word, Infra: true, Reason: err.Error()})
		}
		return nil
	}
	defer b.Close()
	for _, s := range all {
		record, err := v.exercise(ctx, b, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			v.failures = append(v.failures, proof.Failure{Exercise: s.Exercise.Slug, Kernel: b.Kernel, Infra: true, Reason: err.Error()})
			continue
		}
		v.records = append(v.records, record)
		v.failures = append(v.failures, record.Failures()...)
		if err := report.Proof(v.env.stdout, record, textOptions(v.env.stdout)); err != nil {
			return &machineError{err}
		}
	}
	return nil
}

// exercise grades all cases of an exercise as often as they are repeated.
func (v *verification) exercise(ctx context.Context, b *backend.Backend, s *proof.Submissions) (*proof.Record, error) {
	record := &proof.Record{Exercise: s.Exercise, Kernel: b.Kernel}
	err := b.Supports(ctx, s.Exercise)
	if errors.As(err, &record.Unsupported) {
		return record, nil
	}
	if err != nil {
		return nil, err
	}
	temp, err := scratch.New("verify")
	if err != nil {
		return nil, err
	}
	defer temp.Remove()
	if record.Cases, err = s.Cases(b.Kernel, temp.Path); err != nil {
		return nil, err
	}

	runs := len(record.Cases) * v.repeat
	if !isTerminal(v.env.stderr) {
		fmt.Fprintf(v.env.stderr, "bpfgrade: verifying %s on Linux %s: %s\n", s.Exercise.Slug, b.Kernel, count(runs, "run"))
	}
	progress := newProgress(v.env.stderr, runs, true)
	defer progress.end()
	for range record.Cases {
		record.Results = append(record.Results, make([]*grader.Result, v.repeat))
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(v.jobs)
	// All cases once, then all again: one that has its program wait for long is
	// graded beside others that do not.
	var graded atomic.Int64
	for n := range v.repeat {
		for i, c := range record.Cases {
			group.Go(func() error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				progress.start()
				result, err := b.Grade(ctx, s.Exercise, c.Path, uint64(rand.Uint32()))
				said := ""
				if err == nil {
					record.Results[i][n] = result
					said = v.said(record.Wrong(i, n), s.Exercise.Slug, int(graded.Add(1))%len(record.Cases) == 0)
				}
				progress.step(said)
				return err
			})
		}
	}
	return record, group.Wait()
}

// said is the line on a result where there is no terminal: what is wrong with
// it, or, with the last of a round of all cases, that it goes on.
func (v *verification) said(wrong []proof.Failure, exercise string, round bool) string {
	switch {
	case len(wrong) > 0:
		return wrong[0].String()
	case round && v.repeat > 1:
		return exercise
	}
	return ""
}

// conclude writes the reasons and a summary. The error is the exit code.
func (v *verification) conclude(took time.Duration) error {
	w := v.env.stdout
	code := exitPass
	failed := make(map[[2]string]int)
	for _, f := range v.failures {
		fmt.Fprintf(w, "FAILED %s\n", f)
		failed[[2]string{f.Exercise, f.Kernel}]++
		if code == exitPass {
			code = exitFail
		}
		if f.Infra {
			code = exitNotGraded
		}
	}
	if len(v.failures) > 0 {
		fmt.Fprintln(w)
	}
	runs := 0
	for _, r := range v.records {
		runs += r.Runs()
		said := "proved"
		switch n := failed[[2]string{r.Exercise.Slug, r.Kernel}]; {
		case r.Unsupported != nil:
			fmt.Fprintf(w, "%s on %s: not gradable\n", r.Exercise.Slug, r.Kernel)
			continue
		case n > 0:
			said = count(n, "failure")
		}
		fmt.Fprintf(w, "%s on %s: %d accepted, %d rejected, %d junk, a starter; %s: %s\n", r.Exercise.Slug, r.Kernel,
			r.Count(proof.Accepted), r.Count(proof.Rejected), r.Count(proof.Junk), count(r.Runs(), "run"), said)
	}
	if _, err := fmt.Fprintf(w, "%s, %s, in %s\n", count(runs, "run"), count(len(v.failures), "failure"), took.Round(time.Second)); err != nil {
		return &machineError{err}
	}
	if code != exitPass {
		return exitCode(code)
	}
	return nil
}

// count is "1 run" or "2 runs".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
