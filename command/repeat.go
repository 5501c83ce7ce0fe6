package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// repeat grades a submission as a result in a report says that it was graded,
// and compares the marks. It tells of what is not as it was then.
func (c *gradeCmd) repeat(ctx context.Context, env *environment) error {
	_, results, err := readResults(c.RepeatOf)
	if err != nil {
		return err
	}
	old, path, err := c.findResult(results, c.Paths[0])
	if err != nil {
		return fmt.Errorf("repeat of %s: %w", c.RepeatOf, err)
	}
	ex, err := env.exercise(old.Exercise)
	if err != nil {
		return fmt.Errorf("repeat of %s: %w", c.RepeatOf, err)
	}
	if c.Seed == nil {
		c.Seed = &old.Seed
	}
	options := c.backend()
	options.Name = old.Backend
	if old.Backend == "vm" && options.Kernel == "" {
		options.Kernel = old.Kernel
	}
	b, err := openBackend(ctx, env, options)
	if err != nil {
		return err
	}
	defer b.Close()
	now, err := c.one(ctx, b, job{ex, path})
	if err != nil {
		return err
	}
	now.Submission = old.Submission
	if err := c.print(env, []*grader.Result{now}); err != nil {
		return &machineError{err}
	}
	return c.compare(env, old, now)
}

// findResult finds a result by the submission's name, or by a path: then by what
// is there.
func (c *gradeCmd) findResult(results []*grader.Result, name string) (old *grader.Result, path string, err error) {
	named := func(r *grader.Result) bool { return r.Submission == name }
	path = ""
	if !slices.ContainsFunc(results, named) {
		s, err := submission.Open(name)
		if err != nil {
			return nil, "", fmt.Errorf("there is no submission %q in it, nor at this path (%w)", name, err)
		}
		defer s.Close()
		path = name
		named = func(r *grader.Result) bool { return r.Origin.SubmissionHash == s.Hash }
	}
	var exercises []string
	for _, r := range results {
		if named(r) && (len(c.Exercise) == 0 || c.Exercise[0] == r.Exercise) {
			old = r
			exercises = append(exercises, r.Exercise)
		}
	}
	switch {
	case len(exercises) == 0:
		return nil, "", fmt.Errorf("there is no result of %q in it", name)
	case len(exercises) > 1:
		return nil, "", fmt.Errorf("%q is in it several times: say which with --exercise (%s)", name, strings.Join(exercises, ", "))
	}
	if path == "" {
		path = old.Origin.Path
	}
	if path == "" {
		return nil, "", errors.New("it does not say where the submission was: give its path instead of its name")
	}
	if _, err := os.Stat(path); err != nil {
		return nil, "", fmt.Errorf("submission %s: %w: give the path where it is now instead of its name", path, cause(err))
	}
	return old, path, nil
}

// compare tells whether a mark came out again. That it did not, from the very
// same, is the grader's fault.
func (c *gradeCmd) compare(env *environment, old, now *grader.Result) error {
	var notes []string
	for _, what := range differences(old.Origin, now.Origin) {
		notes = append(notes, "the "+what+" is not the same as then")
	}
	if *c.Seed != old.Seed {
		notes = append(notes, "the seed is another")
	}
	for _, note := range notes {
		fmt.Fprintln(env.stderr, "bpfgrade:", note)
	}
	difference := firstDifference(old, now)
	if difference == "" {
		fmt.Fprintln(env.stderr, "bpfgrade: the marks are those of "+c.RepeatOf)
		return c.end([]*grader.Result{now})
	}
	fmt.Fprintf(env.stderr, "bpfgrade: the marks are not those of %s: %s\n", c.RepeatOf, plain.Line(difference))
	if len(notes) == 0 {
		return exitCode(exitNotGraded)
	}
	return c.end([]*grader.Result{now})
}

// firstDifference says in what the marks of two results differ; empty when they
// do not.
func firstDifference(old, now *grader.Result) string {
	for i := range min(len(old.Checks), len(now.Checks)) {
		a, b := old.Checks[i], now.Checks[i]
		if a.Name != b.Name || a.Status != b.Status || a.Score != b.Score {
			return fmt.Sprintf("%s was %s with %v, and is %s with %v", a.Name, a.Status, a.Score, b.Status, b.Score)
		}
	}
	if old.Status != now.Status || old.Score != now.Score || len(old.Checks) != len(now.Checks) {
		return fmt.Sprintf("%s with %v then, %s with %v now", old.Status, old.Score, now.Status, now.Score)
	}
	return ""
}
