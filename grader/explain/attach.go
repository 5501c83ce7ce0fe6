package explain

import (
	"fmt"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Attach explains why a program could not be attached.
func Attach(err *testbed.AttachError) Explanation {
	e := Explanation{
		Message: fmt.Sprintf("The program %s could not be attached to %s: %s.", err.Program, err.Section, strings.TrimSuffix(err.Message, ".")),
	}
	kind, _, _ := strings.Cut(err.Section, "/")
	notFound := strings.Contains(err.Message, "no such file or directory") || strings.Contains(err.Message, "not found")
	switch kind {
	case "tp", "tracepoint":
		if notFound {
			e.Diagnosis = "unknown-tracepoint"
			e.Help = "The kernel has no such tracepoint: look for its name under /sys/kernel/tracing/events."
		} else if strings.Contains(err.Message, "permission denied") {
			e.Diagnosis = "ctx-too-large"
			e.Help = "The program reads past the fields of this tracepoint: its context must have the tracepoint's own type."
		}
	case "kprobe", "kretprobe":
		if notFound {
			e.Diagnosis = "kprobe-target"
			e.Help = "The kernel has no function of that name that can be probed: look for it in /proc/kallsyms. A function that was inlined is not there."
		}
	}
	return e
}
