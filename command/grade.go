package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/plain"
	"github.com/bpfgrade/bpfgrade/grader/report"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

type gradeCmd struct {
	Exercise []string `short:"e" placeholder:"SLUG" help:"The exercise, for all submissions. Without it a submission's own .bpfgrade.yaml says, or else the name of the folder it lies in. With --all, several with a comma have a folder each."`
	Kernel   string   `short:"k" placeholder:"V" help:"The kernel to grade on: a version such as 6.12, or the path of an image. Default: the first that was added."`
	Backend  string   `enum:"auto,vm,local" default:"auto" help:"Where to grade: vm (a kernel of its own in QEMU) or local (this kernel; needs root). auto is vm."`
	Format   string   `default:"text" help:"What to print: text, or one of the formats of bpfgrade report."`
	Report   string   `placeholder:"FILE" help:"Write the JSON report to a file as well."`
	Seed     *uint64  `help:"Draw the workloads from this number, as an earlier run did."`
	Jobs     int      `short:"j" default:"0" help:"How many submissions to grade at a time. Default: one for each processor."`
	Fresh    bool     `help:"Give each submission a guest of its own that no other has used, also where the one before is proved to have left nothing."`
	ExitZero bool     `help:"End with 0 also when a submission has not full marks."`
	Hidden   bool     `help:"Show the hidden checks of a single submission as well."`

	All      string   `placeholder:"DIR" group:"class" help:"Grade a class: each folder and archive in DIR, also as Moodle and Gradescope give them. Whatever ends the run, the same command goes on where it stopped."`
	Out      string   `placeholder:"OUT" group:"class" help:"The folder for what comes out of a class."`
	Also     []string `placeholder:"FORMAT" group:"class" help:"Write these formats to OUT as well, beside json, csv, junit, html and markdown."`
	Shard    string   `placeholder:"I/N" group:"class" help:"Grade the I-th of N parts of the class, from 1; see bpfgrade merge."`
	Regrade  bool     `group:"class" help:"Start over, and keep nothing of what OUT has."`
	RepeatOf string   `placeholder:"FILE" help:"Repeat a mark of this results.json: the path is the submission's name in it, or where the submission is now."`

	Paths []string `arg:"" optional:"" name:"path" help:"Submissions: folders, archives (.tar.gz, .tgz, .zip), BPF sources or object files."`
}

func (c *gradeCmd) Run(ctx context.Context, env *environment) error {
	if err := c.check(); err != nil {
		return err
	}
	switch {
	case c.All != "":
		return (&classRun{gradeCmd: c, env: env}).grade(ctx)
	case c.RepeatOf != "":
		return c.repeat(ctx, env)
	}
	work, err := c.work(env)
	if err != nil {
		return err
	}
	if c.Report != "" {
		if err := tryReport(c.Report); err != nil {
			return err
		}
	}
	b, err := openBackend(ctx, env, c.backend())
	if err != nil {
		return err
	}
	defer b.Close()

	results, err := c.grade(ctx, env, b, work)
	if err != nil {
		return err
	}
	// What cannot be written in one place is still written in the other.
	if c.Report != "" {
		err = writeReport(c.Report, results)
	}
	if err := errors.Join(err, c.print(env, results)); err != nil {
		return &machineError{err}
	}
	return c.end(results)
}

// check refuses options that do not go together.
func (c *gradeCmd) check() error {
	class := c.Out != "" || len(c.Also) > 0 || c.Shard != "" || c.Regrade
	switch {
	case c.All != "" && c.Out == "":
		return errors.New("--all needs --out, the folder for what comes out")
	case c.All != "" && (len(c.Paths) > 0 || c.RepeatOf != "" || c.Report != ""):
		return errors.New("--all grades what is in its folder and writes to --out: leave out other submissions, --report and --repeat-of")
	case c.All == "" && class:
		return errors.New("--out, --also, --shard and --regrade go with --all")
	case c.RepeatOf != "" && len(c.Paths) != 1:
		return errors.New("--repeat-of repeats one mark: name the submission")
	case c.All == "" && len(c.Paths) == 0:
		return errors.New("name what to grade: submissions, or a class with --all")
	case c.All == "" && len(c.Exercise) > 1:
		return errors.New("several exercises go with --all")
	}
	if c.Format != "text" {
		f, err := report.FormatNamed(c.Format)
		if err != nil {
			return fmt.Errorf("--format: %w", err)
		}
		if f.Each() && (c.All != "" || len(c.Paths) > 1) {
			return fmt.Errorf("--format %s is about one submission (for a class, --also %[1]s)", c.Format)
		}
	}
	return nil
}

// backend are the options of the backend.
func (c *gradeCmd) backend() backend.Options {
	return backend.Options{Name: c.Backend, Kernel: c.Kernel, Fresh: c.Fresh}
}

// print writes the results in the format that was asked for. What is printed of
// a single submission is for whoever wrote it: hidden checks are left out.
func (c *gradeCmd) print(env *environment, results []*grader.Result) error {
	if c.Format != "text" {
		f, err := report.FormatNamed(c.Format)
		if err != nil {
			return err
		}
		for _, r := range results {
			if !r.Graded() { // what is printed may be for students
				fmt.Fprintf(env.stderr, "bpfgrade: %s was not graded: %s\n", plain.Line(r.Submission), plain.Line(r.Message))
			}
		}
		return f.Write(env.stdout, tool(), results)
	}
	if len(results) == 1 && results[0].MaxHidden > 0 && !c.Hidden {
		results = report.ForStudents(results)
	}
	return report.Text(env.stdout, results, textOptions(env.stdout))
}

// end is the exit code for results.
func (c *gradeCmd) end(results []*grader.Result) error {
	if err := ended(results...); err != exitCode(exitFail) || !c.ExitZero {
		return err
	}
	return nil
}

// job is one submission and its exercise.
type job struct {
	exercise *grader.Exercise
	path     string
}

// work finds the exercise of each submission, and that each is there, before
// anything is graded.
func (c *gradeCmd) work(env *environment) ([]job, error) {
	var work []job
	for _, path := range c.Paths {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("submission %s: %w", path, cause(err))
		}
		slug := strings.Join(c.Exercise, "")
		if slug == "" {
			var err error
			if slug, err = slugOf(path); err != nil {
				return nil, fmt.Errorf("submission %s: %w", path, err)
			}
		}
		ex, err := env.exercise(slug)
		if err != nil && len(c.Exercise) == 0 {
			return nil, fmt.Errorf("submission %s: say which exercise it is for with --exercise, or put it into a folder named for one (%w)", path, err)
		}
		if err != nil {
			return nil, err
		}
		work = append(work, job{ex, path})
	}
	return work, nil
}

// slugOf is the exercise that a submission's own marker names, or else the name
// of the folder that the submission lies in.
func slugOf(path string) (string, error) {
	// What cannot be opened is for grading it to say.
	if s, err := submission.Open(path); err == nil {
		defer s.Close()
		if slug, err := s.Exercise(); slug != "" || err != nil {
			return slug, err
		}
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.Base(filepath.Dir(absolute)), nil
}

// cause is an error without the operation and the path, where it has them.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// openBackend opens a backend on a kernel. The error is a machineError unless
// the kernel that was asked for is at fault.
func openBackend(ctx context.Context, env *environment, options backend.Options) (*backend.Backend, error) {
	agent, err := os.Executable()
	if err != nil {
		return nil, &machineError{err}
	}
	options.Agent = agent
	if options.Log == nil {
		waiting := newWaiting(env.stderr)
		defer waiting.end()
		options.Log = waiting.say
	}
	b, err := backend.Open(ctx, options)
	var unknown *kernel.NotFoundError
	var image *kernel.ImageError
	if options.Kernel != "" && (errors.As(err, &unknown) || errors.As(err, &image)) {
		return nil, err
	}
	if err != nil {
		return nil, &machineError{err}
	}
	return b, nil
}

// grade grades all submissions, several at a time, and returns the results in
// the order of the work. It stops when ctx ends.
func (c *gradeCmd) grade(ctx context.Context, env *environment, b *backend.Backend, work []job) ([]*grader.Result, error) {
	results := make([]*grader.Result, len(work))
	progress := newProgress(env.stderr, len(work), false)
	defer progress.end()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.jobs())
	for i, j := range work {
		group.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			progress.start()
			if results[i], err = c.one(ctx, b, j); err != nil {
				return err
			}
			progress.step("")
			return nil
		})
	}
	return results, group.Wait()
}

func (c *gradeCmd) jobs() int {
	if c.Jobs <= 0 {
		return runtime.NumCPU()
	}
	return c.Jobs
}

// one grades one submission, and says in the result what it came from.
func (c *gradeCmd) one(ctx context.Context, b *backend.Backend, j job) (*grader.Result, error) {
	result, err := b.Grade(ctx, j.exercise, j.path, seedFrom(c.Seed))
	if err != nil {
		return nil, err
	}
	return result, traceOrigin(result, j)
}

// seedFrom is the seed that was asked for, or else one that is drawn.
func seedFrom(asked *uint64) uint64 {
	if asked != nil {
		return *asked
	}
	return uint64(rand.Uint32())
}

// tryReport fails when a report could not be written to path. Better now than
// when a whole class has been graded.
func tryReport(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return fmt.Errorf("write report %s: it is a folder", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write report %s: %w", path, cause(err))
	}
	file.Close()
	return os.Remove(file.Name())
}

// writeReport writes the JSON report whole or not at all.
func writeReport(path string, results []*grader.Result) error {
	err := report.WriteFile(path, func(w io.Writer) error { return report.JSON(w, tool(), results) })
	if err != nil {
		return fmt.Errorf("write report %s: %w", path, err)
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// textOptions fit a report to where it is written.
func textOptions(w io.Writer) report.TextOptions {
	if !isTerminal(w) {
		return report.TextOptions{}
	}
	width, _, err := term.GetSize(int(w.(*os.File).Fd()))
	if err != nil {
		width = 0
	}
	return report.TextOptions{Color: os.Getenv("NO_COLOR") == "", Width: width}
}
