package submission

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sys/unix"
)

// MarkerName is the name of the file in a folder or submission that says which
// exercise it is for.
const MarkerName = ".bpfgrade.yaml"

// maxMarker is far more than a marker needs, in bytes.
const maxMarker = 4096

// marker is what the file says.
type marker struct {
	Exercise string `yaml:"exercise"`
}

// Marker is the text of a marker for the exercise with a slug.
func Marker(slug string) []byte {
	return fmt.Appendf(nil, "# which exercise this folder is for; written by bpfgrade init\nexercise: %s\n", slug)
}

// parseMarker returns the exercise that a marker names.
func parseMarker(text []byte) (slug string, err error) {
	var m marker
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	err = decoder.Decode(&m)
	switch {
	case len(text) > maxMarker:
		err = fmt.Errorf("it has more than %d bytes", maxMarker)
	case err == nil && m.Exercise == "":
		err = errors.New("it names no exercise")
	case err == nil && !errors.Is(decoder.Decode(new(any)), io.EOF):
		err = errors.New("something follows the first document")
	}
	if err != nil {
		return "", errors.New(strings.Join(strings.Fields(safeText(err.Error())), " "))
	}
	return m.Exercise, nil
}

// markerHelp says what a marker is to be.
const markerHelp = "It has one line: exercise: and the exercise's name."

// ReadMarker returns the exercise that the marker in a folder names, which
// anyone may have written. The error wraps fs.ErrNotExist when there is no
// marker. Whether there is such an exercise is for the caller to see.
func ReadMarker(dir string) (slug string, err error) {
	path := filepath.Join(dir, MarkerName)
	text, err := readPlain(path)
	if err == nil {
		slug, err = parseMarker(text)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w. %s", path, err, markerHelp)
	}
	return slug, nil
}

// readPlain reads the beginning of a plain file, no link and no device.
func readPlain(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err == nil {
		defer file.Close()
		var info fs.FileInfo
		if info, err = file.Stat(); err == nil && !info.Mode().IsRegular() {
			return nil, errors.New("it is not a plain file")
		}
	}
	if errors.Is(err, unix.ELOOP) {
		return nil, errors.New("it is not a plain file")
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, maxMarker+1))
}

// Exercise is the slug of the exercise that the submission's own marker names;
// empty where there is no marker. The error is an *Error when what it says cannot
// be understood. Whether there is such an exercise is for the caller to see.
func (s *Submission) Exercise() (string, error) {
	if s.marker == nil {
		return "", nil
	}
	slug, err := parseMarker(s.marker)
	if err != nil {
		return "", &Error{
			Path:   s.Path,
			Reason: fmt.Sprintf("%s cannot be read: %v.", MarkerName, err),
			Help:   markerHelp,
		}
	}
	return slug, nil
}

// mark takes in a marker. The outermost one counts.
func (s *store) mark(file string, r io.Reader) error {
	depth := strings.Count(file, "/")
	if s.marker != nil && s.markerDepth <= depth {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r, maxMarker+1))
	if err != nil {
		return err
	}
	s.marker, s.markerDepth = append([]byte{}, text...), depth
	return nil
}
