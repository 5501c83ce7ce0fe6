package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

// standing is how far a student is with the exercises, by slug. It is kept in a
// file of the user's, beside no exercise in particular.
type standing map[string]stand

// stand is how far a student is with one exercise.
type stand struct {
	// Checked tells that it was graded, Best is the best score so far.
	Checked bool    `json:"checked,omitempty"`
	Best    float64 `json:"best,omitempty"`
	// Hints is how many were shown.
	Hints int `json:"hints,omitempty"`
}

// standingPath is in the folder for what programs remember, see the XDG Base
// Directory Specification.
func standingPath() (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for what is done: %w", err)
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "bpfgrade", "standing.json"), nil
}

// readStanding reads it; there is none at first.
func readStanding() (standing, error) {
	path, err := standingPath()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return standing{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, cause(err))
	}
	s := standing{}
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("read %s: %w: remove it, and what was done is forgotten", path, err)
	}
	return s, nil
}

// note changes how a student stands with an exercise.
func note(ex *grader.Exercise, change func(*stand)) error {
	s, err := readStanding()
	if err != nil {
		return err
	}
	one := s[ex.Slug]
	change(&one)
	if one == s[ex.Slug] {
		return nil
	}
	s[ex.Slug] = one
	path, err := standingPath()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make folder %s: %w", filepath.Dir(path), cause(err))
	}
	err = report.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", path, cause(err))
	}
	return nil
}
