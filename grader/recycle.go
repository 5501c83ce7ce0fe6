package grader

import (
	"slices"

	"github.com/bpfgrade/bpfgrade/grader/object"
)

// onlyObserved tells whether all that was done to the kernel is that programs
// of the submission's were attached to hooks that observe, and did no more than
// that. What a user-space program did is not known, but when it is trusted.
func (s *session) onlyObserved(trusted bool) bool {
	for _, p := range s.object.Programs {
		if p.Hook.Kind == object.Unknown || slices.ContainsFunc(p.Helpers, interferes) {
			return false
		}
	}
	return trusted || !s.started
}

// interferes tells whether a helper changes what others do.
func interferes(helper string) bool {
	switch helper {
	case "bpf_override_return", "bpf_probe_write_user", "bpf_sys_bpf":
		return true
	}
	return signals(helper)
}
