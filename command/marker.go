package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader"
)

// markerName is the file that says which exercise a folder is for, so that no
// flag is needed there.
const markerName = ".bpfgrade"

// maxMarker is the largest marker that is read, in bytes.
const maxMarker = 4 << 10

type marker struct {
	Exercise string `yaml:"exercise"`
}

func (m marker) text() []byte {
	return fmt.Appendf(nil, "# which exercise this folder is for; written by bpfgrade init\nexercise: %s\n", m.Exercise)
}

// readMarker reads the marker of a folder, which anyone may have written.
func readMarker(dir string) (marker, error) {
	path := filepath.Join(dir, markerName)
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return marker{}, fmt.Errorf("%s: there is no %s that says which exercise it is for: make the folder with bpfgrade init, or name the exercise with --exercise", dir, markerName)
	}
	if err != nil {
		return marker{}, fmt.Errorf("read %s: %w", path, cause(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return marker{}, fmt.Errorf("read %s: it is not a plain file", path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxMarker+1))
	if err != nil {
		return marker{}, fmt.Errorf("read %s: %w", path, cause(err))
	}
	var m marker
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if len(text) > maxMarker || decoder.Decode(&m) != nil || m.Exercise == "" {
		return marker{}, fmt.Errorf("read %s: it is not of the form %q: write it anew, or name the exercise with --exercise", path, "exercise: exec-counter")
	}
	return m, nil
}

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
	m, err := readMarker(dir)
	if err != nil {
		return nil, err
	}
	ex, err := env.exercise(m.Exercise)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, markerName), err)
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
