package command

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader"
)

// broken is an output with a bug, or one that is full.
type broken struct{ panics bool }

var errFull = errors.New("no space left on device")

func (w broken) Write([]byte) (int, error) {
	if w.panics {
		panic("index out of range")
	}
	return 0, errFull
}

func TestPanicBecomesAMessage(t *testing.T) {
	var stderr bytes.Buffer
	code := Run(t.Context(), nil, []string{"version"}, broken{panics: true}, &stderr)
	assert.Equal(t, 3, code)
	assert.Contains(t, stderr.String(), "bpfgrade: this is a bug in bpfgrade: index out of range\n")
}

func TestFullOutput(t *testing.T) {
	var stderr bytes.Buffer
	code := Run(t.Context(), nil, []string{"version"}, broken{}, &stderr)
	assert.NotZero(t, code)
	assert.Contains(t, stderr.String(), "bpfgrade: "+errFull.Error())
}

func TestBrokenExercise(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []*grader.Exercise{{}}, []string{"list"}, &stdout, &stderr)
	assert.Equal(t, 2, code)
	assert.Empty(t, stdout.String())
	assert.NotEmpty(t, stderr.String())
}
