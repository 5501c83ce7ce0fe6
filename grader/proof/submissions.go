package proof

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader"
)

// The least number of submissions that prove an exercise.
const (
	minAccepted = 4
	minRejected = 8
)

// Folder is the name of the folder below an exercise's that holds its
// submissions.
const Folder = "submissions"

// Submissions are those that prove an exercise.
type Submissions struct {
	Exercise *grader.Exercise
	Expected *Expectations
	dir      string
}

// Open finds the submissions of an exercise in dir, the folder named
// submissions of the exercise. The error says what is wrong with its
// submissions.yaml, or which submission is in one but not in the other.
func Open(ex *grader.Exercise, dir string) (*Submissions, error) {
	expected, err := ReadExpectations(filepath.Join(dir, "submissions.yaml"), ex)
	if err != nil {
		return nil, err
	}
	s := &Submissions{ex, expected, dir}
	return s, errors.Join(
		s.compare("accepted", slices.Sorted(maps.Keys(expected.Accepted))),
		s.compare("rejected", slices.Sorted(maps.Keys(expected.Rejected))),
	)
}

// compare compares a folder with the names that submissions.yaml has for it.
func (s *Submissions) compare(folder string, expected []string) error {
	entries, err := os.ReadDir(filepath.Join(s.dir, folder))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	errs := []error{err}
	there := make(map[string]bool)
	for _, entry := range entries {
		there[entry.Name()] = true
		if !slices.Contains(expected, entry.Name()) {
			errs = append(errs, fmt.Errorf("%s: not in submissions.yaml", filepath.Join(s.dir, folder, entry.Name())))
		}
	}
	for _, name := range expected {
		if !there[name] {
			errs = append(errs, fmt.Errorf("%s: in submissions.yaml, but not there", filepath.Join(s.dir, folder, name)))
		}
	}
	return errors.Join(errs...)
}

// Incomplete says what is missing for a proof, whatever the results are: there
// are too few submissions, or none that is there to fail some check.
func (s *Submissions) Incomplete() []string {
	var missing []string
	if n := len(s.Expected.Accepted); n < minAccepted {
		missing = append(missing, fmt.Sprintf("%d accepted submissions, where %d prove something", n, minAccepted))
	}
	if n := len(s.Expected.Rejected); n < minRejected {
		missing = append(missing, fmt.Sprintf("%d rejected submissions, where %d prove something", n, minRejected))
	}
	failing := make(map[string]bool)
	for _, r := range s.Expected.Rejected {
		failing[r.Check] = true
	}
	for _, check := range s.Exercise.Checks {
		if !failing[check.Name] {
			missing = append(missing, fmt.Sprintf("no rejected submission is there to fail the check %q", check.Name))
		}
	}
	return missing
}

// Cases lists what is graded on a kernel, in the order of a report: the
// starter, the accepted, the rejected ones, junk. The starter, as students get
// it, and the junk are written below temp, an empty folder.
func (s *Submissions) Cases(kernel, temp string) ([]Case, error) {
	starter, err := fs.Sub(s.Exercise.Files, "starter")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(temp, "starter")
	if err := os.CopyFS(path, starter); err != nil {
		return nil, fmt.Errorf("write starter: %w", err)
	}
	cases := []Case{{Kind: Starter, Path: path}}
	for _, name := range slices.Sorted(maps.Keys(s.Expected.Accepted)) {
		cases = append(cases, Case{
			Kind: Accepted, Name: name, Path: filepath.Join(s.dir, "accepted", name),
			Want: s.Expected.Accepted[name].On(kernel),
		})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Expected.Rejected)) {
		cases = append(cases, Reject(name, filepath.Join(s.dir, "rejected", name), s.Expected.Rejected[name].On(kernel)))
	}
	none, err := writeJunk(temp)
	if err != nil {
		return nil, fmt.Errorf("write junk: %w", err)
	}
	return append(cases, none...), nil
}
