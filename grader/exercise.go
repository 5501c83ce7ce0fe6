package grader

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Exercise is something that students are asked to write, and how it is graded.
// It is a plain value: the command, go test and whatever else runs exercises
// run the same one.
type Exercise struct {
	// Slug names the exercise on the command line, in lower case with hyphens.
	Slug string
	// Title is a line for people.
	Title string
	// Files holds README.md, the statement, and the folder starter.
	Files fs.FS
	// Needs lists what the exercise needs from a kernel.
	Needs []testbed.Feature
	// Events are what its programs count or print. A check during which others
	// on the same kernel caused some is run again.
	Events []testbed.Event
	// Records names maps whose records are collected from before the programs
	// are attached. A submission that lacks one is not refused for it: that is
	// for a check to say.
	Records []string
	// Program says how the user-space half is started, where checks look at it.
	Program ProgramOptions
	// Checks run in this order: those of a later phase after those of an
	// earlier one.
	Checks []Check
	// Hints are given one at a time, from the gentle to the plain.
	Hints []string
}

// ProgramOptions say how a submission's program is started.
type ProgramOptions struct {
	// Target, if not nil, is an executable of the exercise's. Its path is the
	// program's argument, and [T.RunTarget] runs it.
	Target []byte
	// Uprobes gives the program the privileges that probes on user space need.
	Uprobes bool
	// Buffers has [testbed.Running.LateBuffers] say whether the program makes its
	// perf buffers late.
	Buffers bool
}

// Phase is what of a submission is in the kernel while a check runs.
type Phase uint8

const (
	// OnObject is the BPF half alone, which the grader has loaded and attached.
	OnObject Phase = iota
	// OnAttach is the submission's program at the moment at which it has
	// attached something for the first time: it is stopped there. See
	// [T.Continue].
	OnAttach
	// OnProgram is the submission's program when it is ready. It is started
	// anew for a check after one that has ended it.
	OnProgram
)

// Check is one graded property of a submission.
type Check struct {
	// Name says what must hold, in a few words: "counts failing calls".
	Name string
	// Points are what the check is worth: hundredths of a point, 1000 points at
	// most.
	Points float64
	// On is the phase in which it runs.
	On Phase
	// After names earlier checks that must have passed; otherwise this one is
	// skipped.
	After []string
	// Hidden keeps the check from students: in what they see there is neither
	// its name nor its points. A check that is not hidden never comes after
	// one that is.
	Hidden bool
	// Run fails the check through t, or returns. Testify's assertions work
	// with t.
	Run func(t *T)
}

// MaxScore is the sum of the points of all checks.
func (ex *Exercise) MaxScore() float64 {
	var sum float64
	for _, c := range ex.Checks {
		sum += c.Points
	}
	return hundredths(sum)
}

// MaxHidden is the sum of the points of the hidden checks.
func (ex *Exercise) MaxHidden() float64 {
	var sum float64
	for _, c := range ex.Checks {
		if c.Hidden {
			sum += c.Points
		}
	}
	return hundredths(sum)
}

// Hash is the SHA-256 of what can be seen of the exercise, in hexadecimal: its
// statement, its starter and how its checks are defined. What the checks do is
// a part of the tool.
func (ex *Exercise) Hash() (string, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q %q %q %q %q\n", ex.Slug, ex.Title, ex.Needs, ex.Events, ex.Records)
	for _, c := range ex.Checks {
		fmt.Fprintf(hash, "%q %v %d %q %t\n", c.Name, c.Points, c.On, c.After, c.Hidden)
	}
	err := fs.WalkDir(ex.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(ex.Files, path)
		fmt.Fprintf(hash, "%q %x\n", path, sha256.Sum256(content))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash exercise %s: %w", ex.Slug, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// hasProgram tells whether a check looks at the user-space half.
func (ex *Exercise) hasProgram() bool {
	return slices.ContainsFunc(ex.Checks, func(c Check) bool { return c.On != OnObject })
}

// maxPoints is the most that a check may be worth.
const maxPoints = 1000

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Validate tells what is wrong with the definitions of exercises, if anything.
func Validate(exercises ...*Exercise) error {
	var errs []error
	seen := make(map[string]bool)
	for _, ex := range exercises {
		if seen[ex.Slug] {
			errs = append(errs, fmt.Errorf("exercise %s: defined twice", ex.Slug))
		}
		seen[ex.Slug] = true
		if err := ex.validate(); err != nil {
			errs = append(errs, fmt.Errorf("exercise %s: %w", ex.Slug, err))
		}
	}
	return errors.Join(errs...)
}

func (ex *Exercise) validate() error {
	if !slug.MatchString(ex.Slug) {
		return fmt.Errorf("slug %q is not of the form a-b-c", ex.Slug)
	}
	if ex.Title == "" {
		return errors.New("no title")
	}
	if ex.Files == nil {
		return errors.New("no files")
	}
	if readme, err := fs.Stat(ex.Files, "README.md"); err != nil {
		return err
	} else if readme.IsDir() {
		return errors.New("README.md is a folder")
	}
	if starter, err := fs.Stat(ex.Files, "starter"); err != nil {
		return err
	} else if !starter.IsDir() {
		return errors.New("starter is not a folder")
	}
	if len(ex.Checks) == 0 {
		return errors.New("no checks")
	}
	seen, hidden := make(map[string]bool), make(map[string]bool)
	phase := OnObject
	for _, c := range ex.Checks {
		switch {
		case c.On < phase || c.On > OnProgram:
			return fmt.Errorf("check %q: its phase is over before it comes", c.Name)
		case c.Name == "":
			return errors.New("a check without a name")
		case seen[c.Name]:
			return fmt.Errorf("check %q: defined twice", c.Name)
		case !(c.Points > 0 && c.Points <= maxPoints) || c.Points != hundredths(c.Points):
			return fmt.Errorf("check %q: %v points, which are not between 0.01 and %d in steps of 0.01", c.Name, c.Points, maxPoints)
		case c.Run == nil:
			return fmt.Errorf("check %q: nothing to run", c.Name)
		}
		for _, name := range c.After {
			if !seen[name] {
				return fmt.Errorf("check %q: comes after %q, which does not come before it", c.Name, name)
			}
			if hidden[name] && !c.Hidden {
				return fmt.Errorf("check %q: comes after %q, which is hidden, and would tell of it", c.Name, name)
			}
		}
		seen[c.Name], hidden[c.Name] = true, c.Hidden
		phase = c.On
	}
	if !slices.ContainsFunc(ex.Checks, func(c Check) bool { return !c.Hidden }) {
		return errors.New("all checks are hidden")
	}
	return nil
}
