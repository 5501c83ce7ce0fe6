// Package blockstartfentry is the exercise block-start-fentry: the same as
// block-start-kprobe with a tracing program.
package blockstartfentry

import (
	"embed"

	"github.com/bpfgrade/bpfgrade/exercises/internal/requests"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

const hook = "a tracing program on " + requests.Function

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "block-start-fentry",
	Title: "A tracing program on the block layer",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureKprobes, testbed.FeatureFentry, testbed.FeaturePrintk, testbed.FeatureBlockDevice,
	},
	Events: []testbed.Event{testbed.EventRequest},
	Checks: append([]grader.Check{requests.Hooked(hook, 1, object.Fentry, object.Fexit)}, requests.Checks(hook)...),
	Hints: []string{
		"The section names the hook: fentry/ and then the function.",
		"BPF_PROG from bpf/bpf_tracing.h gives the function's first argument a name and a type: struct request *rq.",
		"A tracing program knows the types of its arguments: it may follow rq->start_time_ns directly.",
	},
}
