package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// exerciseOf finds the exercise for a path: the one that is named, or that of
// the marker in the folder at the path, or in which the file lies.
func (env *environment) exerciseOf(slug, path string) (*grader.Exercise, error) {
	if slug != "" {
		return env.exercise(slug)
	}
	dir, err := folderOf(path)
	if err != nil {
		return nil, err
	}
	slug, err = submission.ReadMarker(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no %s that says which exercise it is for: make the folder with bpfgrade init, or name the exercise with --exercise", dir, submission.MarkerName)
	}
	if err != nil {
		return nil, err
	}
	ex, err := env.exercise(slug)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, submission.MarkerName), err)
	}
	return ex, nil
}

// folderOf is the folder at a path, or in which the file there lies.
func folderOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("submission %s: %w", path, cause(err))
	}
	if info.IsDir() {
		return filepath.Clean(path), nil
	}
	return filepath.Dir(path), nil
}
