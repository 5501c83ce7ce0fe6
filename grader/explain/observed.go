package explain

import "github.com/bpfgrade/bpfgrade/grader/object"

// MissesFailures is the id of the mistake of an object that sees the calls that
// succeed and not those that fail.
func MissesFailures(o *object.Object) string {
	if o.AtExit() {
		return "exit-not-enter"
	}
	return "success-only"
}
