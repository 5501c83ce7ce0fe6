package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/class"
	"github.com/bpfgrade/bpfgrade/grader/kept"
	"github.com/bpfgrade/bpfgrade/grader/plain"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

// keptFolder is the folder in OUT with each result.
const keptFolder = "kept"

// classRun grades a class.
type classRun struct {
	*gradeCmd
	env *environment
	// changed grades again what would now be graded from something else.
	changed bool

	mu      sync.Mutex
	backend *backend.Backend
}

// standardFormats are written for each class.
var standardFormats = []string{"json", "csv", "junit", "html", "markdown"}

func (c *classRun) grade(ctx context.Context) error {
	formats, err := formatsNamed(append(slices.Clone(standardFormats), c.Also...))
	if err != nil {
		return fmt.Errorf("--also: %w", err)
	}
	if inside, err := within(c.Out, c.All); err != nil || inside {
		return cmp.Or(err, fmt.Errorf("--out %s lies in --all %s, and would be graded as a submission: name a folder elsewhere", c.Out, c.All))
	}
	entries, aside, err := c.entries(ctx)
	if err != nil {
		return err
	}
	store, err := kept.Open(filepath.Join(c.Out, keptFolder))
	if errors.Is(err, kept.ErrInUse) {
		return err
	}
	if err != nil {
		return fmt.Errorf("--out %s: %w", c.Out, err)
	}
	defer store.Close()
	if c.Regrade {
		if err := store.Clear(); err != nil {
			return &machineError{err}
		}
	}
	if err := c.saveSettings(); err != nil {
		return &machineError{err}
	}
	results, err := c.results(ctx, store, entries)
	var write *kept.WriteError
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(c.env.stderr, "bpfgrade: what is graded is kept in %s: the same command goes on, without --regrade\n", c.Out)
		return ctx.Err()
	case errors.As(err, &write):
		return &machineError{fmt.Errorf("%w: make room, and the same command goes on, without --regrade", err)}
	case err != nil:
		return err
	}
	c.Hidden = true // it is the instructor who reads it
	err = report.WriteFiles(c.Out, tool(), results, formats)
	if err := errors.Join(err, c.print(c.env, results), c.printApart(results, aside)); err != nil {
		return &machineError{err}
	}
	if len(aside) > 0 {
		return exitCode(exitNotGraded)
	}
	return c.end(results)
}

// within tells whether a path is below a folder, or the folder itself.
func within(path, folder string) (bool, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return false, err
	}
	relative, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(relative), err
}

// formatsNamed are the formats with these names, each once.
func formatsNamed(names []string) ([]report.Format, error) {
	var formats []report.Format
	for i, name := range names {
		f, err := report.FormatNamed(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(names[:i], name) {
			formats = append(formats, f)
		}
	}
	return formats, nil
}

// entries are the submissions of the class, or of the part of it that was asked
// for. Those for an exercise that there is not are set aside.
func (c *classRun) entries(ctx context.Context) ([]class.Entry, []class.Aside, error) {
	for _, slug := range c.Exercise {
		if _, err := c.env.exercise(slug); err != nil {
			return nil, nil, err
		}
	}
	part, of, err := parseShard(c.Shard)
	if err != nil {
		return nil, nil, err
	}
	found, aside, err := class.Find(ctx, c.All, c.Exercise)
	if err != nil {
		return nil, nil, err
	}
	if len(found)+len(aside) == 0 {
		return nil, nil, fmt.Errorf("class %s: there are no submissions in it", c.All)
	}
	var entries []class.Entry
	for _, e := range found {
		if _, err := c.env.exercise(e.Exercise); err != nil {
			aside = append(aside, class.Aside{Name: e.Name, Reason: "Its marker says: " + plain.Line(err.Error()) + "."})
			continue
		}
		entries = append(entries, e)
	}
	if of > 1 {
		entries = class.Shard(entries, part, of)
		if part > 1 {
			aside = nil // the first part tells of them
		}
	}
	return entries, aside, nil
}

// parseShard reads I/N; nothing is the whole.
func parseShard(text string) (part, of int, err error) {
	if text == "" {
		return 1, 1, nil
	}
	first, second, _ := strings.Cut(text, "/")
	part, firstErr := strconv.Atoi(first)
	of, secondErr := strconv.Atoi(second)
	if firstErr != nil || secondErr != nil || part < 1 || part > of {
		return 0, 0, fmt.Errorf("--shard %q: it is I/N, such as 1/4, with I from 1 to N", text)
	}
	return part, of, nil
}

// results grades what has no result yet.
func (c *classRun) results(ctx context.Context, store *kept.Store, entries []class.Entry) ([]*grader.Result, error) {
	now, err := c.origins(entries)
	if err != nil {
		return nil, err
	}
	watch := &classWatch{stderr: c.env.stderr, outdated: make(map[string]int)}
	defer watch.end()
	defer c.close()
	run := class.Run{
		Store: store,
		Jobs:  c.jobs(),
		Watch: watch,
		Grade: func(ctx context.Context, e class.Entry) (*grader.Result, error) {
			b, err := c.open(ctx, watch)
			if err != nil {
				return nil, err
			}
			ex, err := c.env.exercise(e.Exercise)
			if err != nil {
				return nil, err
			}
			return c.one(ctx, b, job{ex, e.Path})
		},
		Current: func(e class.Entry, r *grader.Result) bool {
			different := differences(r.Origin, now(e))
			if !c.changed {
				for _, what := range different {
					watch.outdated[what]++
				}
				return true
			}
			// What cannot be opened has no hash.
			return len(different) == 0 && e.Hash != ""
		},
	}
	return run.Results(ctx, entries)
}

// origins returns what the result of an entry would come from now.
func (c *classRun) origins(entries []class.Entry) (func(class.Entry) grader.Origin, error) {
	var from grader.Origin
	var err error
	if from.ToolHash, err = toolHash(); err != nil {
		return nil, &machineError{err}
	}
	// A kernel that cannot be found is told of when something is graded on it.
	from.KernelHash, _ = backend.KernelHash(c.gradeCmd.backend())
	exercises := make(map[string]string)
	for _, e := range entries {
		ex, err := c.env.exercise(e.Exercise)
		if err != nil {
			return nil, err
		}
		if exercises[e.Exercise], err = ex.Hash(); err != nil {
			return nil, err
		}
	}
	return func(e class.Entry) grader.Origin {
		own := from
		own.ExerciseHash, own.SubmissionHash = exercises[e.Exercise], e.Hash
		return own
	}, nil
}

// open opens the backend when the first submission is graded.
func (c *classRun) open(ctx context.Context, watch *classWatch) (*backend.Backend, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.backend == nil {
		options := c.gradeCmd.backend()
		options.Log = watch.Warn
		b, err := openBackend(ctx, c.env, options)
		if err != nil {
			return nil, err
		}
		c.backend = b
	}
	return c.backend, nil
}

func (c *classRun) close() {
	if c.backend != nil {
		c.backend.Close()
	}
}

// printApart tells of what has no result to rely on.
func (c *classRun) printApart(results []*grader.Result, aside []class.Aside) error {
	if c.Format != "text" {
		return printApart(c.env.stderr, results, aside)
	}
	return printApart(c.env.stdout, results, aside)
}

func printApart(w io.Writer, results []*grader.Result, aside []class.Aside) error {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range results {
		if !r.Conclusive() {
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", plain.Line(r.Submission), r.Exercise, r.Status, plain.Line(r.Message))
		}
	}
	table.Flush()
	if b.Len() > 0 {
		text := b.String()
		b.Reset()
		b.WriteString("\nTried twice, the second time alone, and not kept; the same command tries them again:\n" + text)
	}
	if len(aside) > 0 {
		b.WriteString("\nSet aside, and not graded:\n")
	}
	for _, a := range aside {
		fmt.Fprintf(&b, "  %s: %s\n", plain.Line(a.Name), plain.Line(a.Reason))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
