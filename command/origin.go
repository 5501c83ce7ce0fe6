package command

import (
	"fmt"
	"path/filepath"
	"sync"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/filehash"
)

// traceOrigin completes what a result says of where it came from.
func traceOrigin(r *grader.Result, j job) (err error) {
	r.Origin.Tool = tool()
	if r.Origin.Path, err = filepath.Abs(j.path); err != nil {
		return &machineError{err}
	}
	if r.Origin.ToolHash, err = toolHash(); err != nil {
		return &machineError{err}
	}
	if r.Origin.ExerciseHash, err = j.exercise.Hash(); err != nil {
		return err
	}
	return nil
}

// toolHash is the SHA-256 of this executable, in hexadecimal.
var toolHash = sync.OnceValues(func() (string, error) {
	hash, err := filehash.SHA256("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("hash the tool: %w", err)
	}
	return hash, nil
})

// differences names what of two origins is not the same.
func differences(old, now grader.Origin) []string {
	var names []string
	for _, part := range []struct{ name, old, now string }{
		{"exercise", old.ExerciseHash, now.ExerciseHash},
		{"submission", old.SubmissionHash, now.SubmissionHash},
		{"kernel", old.KernelHash, now.KernelHash},
		{"tool", old.ToolHash, now.ToolHash},
	} {
		if part.old != part.now {
			names = append(names, part.name)
		}
	}
	return names
}
