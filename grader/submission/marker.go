package submission

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// MarkerName is the name of the file in a submission that says which exercise
// it is for.
const MarkerName = ".bpfgrade.yaml"

// maxMarker is far more than a marker needs, in bytes.
const maxMarker = 4096

// marker is what the file says.
type marker struct {
	Exercise string `yaml:"exercise"`
}

// Exercise is the slug of the exercise that the submission's own marker names;
// empty where there is no marker. The error is an *Error when what it says cannot
// be understood. Whether there is such an exercise is for the caller to see.
func (s *Submission) Exercise() (string, error) {
	if s.marker == nil {
		return "", nil
	}
	var m marker
	decoder := yaml.NewDecoder(bytes.NewReader(s.marker))
	decoder.KnownFields(true)
	err := decoder.Decode(&m)
	switch {
	case len(s.marker) > maxMarker:
		err = fmt.Errorf("it has more than %d bytes", maxMarker)
	case err == nil && m.Exercise == "":
		err = errors.New("it names no exercise")
	case err == nil && !errors.Is(decoder.Decode(new(any)), io.EOF):
		err = errors.New("something follows the first document")
	}
	if err != nil {
		return "", &Error{
			Path:   s.Path,
			Reason: fmt.Sprintf("%s cannot be read: %s.", MarkerName, strings.Join(strings.Fields(safeText(err.Error())), " ")),
			Help:   "It has one line: exercise: and the exercise's name.",
		}
	}
	return m.Exercise, nil
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
