// Package kept keeps results on the disk, each whole or not at all, so that a
// run which ends at any moment goes on where it stopped.
package kept

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

// Store is a folder of results, which belongs to one process at a time. Its
// methods are safe for concurrent use for different results.
type Store struct {
	dir  string
	lock *flock.Flock
}

// ErrInUse says that another process has the folder open.
var ErrInUse = errors.New("another bpfgrade is at work there")

// lockFile is locked while a process has the store open, however it ends.
const lockFile = "lock"

// Open opens the store in a folder, which it makes where there is none. What
// another process left unfinished is removed. The error is an ErrInUse while
// another process has it open.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("keep results: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockFile))
	locked, err := lock.TryLock()
	if err == nil && !locked {
		err = ErrInUse
	}
	if err != nil {
		return nil, fmt.Errorf("keep results in %s: %w", dir, err)
	}
	s := &Store{dir: dir, lock: lock}
	unfinished, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*", ".*"))
	for _, path := range unfinished {
		os.Remove(path)
	}
	return s, nil
}

// escapeGlob makes a pattern of a path that matches the path alone.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Close lets another process open the store.
func (s *Store) Close() error { return s.lock.Close() }

// path is the file of a result. A name can be anything, so it is hashed.
func (s *Store) path(exercise, name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(s.dir, exercise, hex.EncodeToString(sum[:])+".json")
}

// WriteError says that a result could not be kept.
type WriteError struct {
	// Submission is the result's.
	Submission string
	Err        error
}

func (e *WriteError) Error() string { return fmt.Sprintf("keep result of %s: %v", e.Submission, e.Err) }
func (e *WriteError) Unwrap() error { return e.Err }

// Put keeps a result, in the place of an older one. It is on the disk when Put
// returns. The error is a *WriteError, and then the older one is still there.
func (s *Store) Put(r *grader.Result) error {
	path := s.path(r.Exercise, r.Submission)
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return &WriteError{r.Submission, err}
	}
	err := report.WriteFile(path, func(w io.Writer) error {
		return report.JSON(w, r.Origin.Tool, []*grader.Result{r})
	})
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return &WriteError{r.Submission, err}
	}
	return nil
}

// syncFolder makes a name in a folder outlast a machine's restart.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Get returns the result that is kept, nil when there is none. The error says
// that what is there is not what Put wrote; it counts for nothing.
func (s *Store) Get(exercise, name string) (*grader.Result, error) {
	path := s.path(exercise, name)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read kept result: %w", err)
	}
	defer file.Close()
	_, results, err := report.ReadJSON(file)
	switch {
	case err != nil:
	case len(results) != 1 || results[0].Exercise != exercise || results[0].Submission != name || !results[0].Conclusive():
		err = errors.New("it is of something else")
	default:
		return results[0], nil
	}
	return nil, fmt.Errorf("read kept result %s: %w", path, err)
}

// Remove removes a result, if there is one.
func (s *Store) Remove(exercise, name string) error {
	err := os.Remove(s.path(exercise, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove kept result of %s: %w", name, err)
	}
	return nil
}

// Clear removes all results.
func (s *Store) Clear() error {
	all, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("clear kept results: %w", err)
	}
	for _, entry := range all {
		if entry.IsDir() {
			if err := os.RemoveAll(filepath.Join(s.dir, entry.Name())); err != nil {
				return fmt.Errorf("clear kept results: %w", err)
			}
		}
	}
	return nil
}
