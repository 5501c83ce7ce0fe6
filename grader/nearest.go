package grader

import (
	"fmt"

	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/object"
)

// nearest adds to what is said of a hook that the kernel does not have the one
// that the student may have meant.
func (s *session) nearest(e explain.Explanation, program string) explain.Explanation {
	switch e.Diagnosis {
	case "unknown-tracepoint", "fentry-target", "kprobe-target":
	default:
		return e
	}
	if s.types == "" {
		return e
	}
	names, err := object.ReadKernelNames(s.types)
	if err != nil { // nothing is said of it
		return e
	}
	for _, p := range s.object.Programs {
		if target := names.Nearest(p.Hook); p.Name == program && target != "" {
			e.Help += fmt.Sprintf(" Did you mean %s?", target)
		}
	}
	return e
}
