// Package blockstartkprobe is the exercise block-start-kprobe: a kprobe on the
// block layer.
package blockstartkprobe

import (
	"embed"

	"github.com/bpfgrade/bpfgrade/exercises/internal/requests"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

const hook = "a kprobe on " + requests.Function

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "block-start-kprobe",
	Title: "A kprobe on the block layer",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureKprobes, testbed.FeaturePrintk, testbed.FeatureBlockDevice,
	},
	Events: []testbed.Event{testbed.EventRequest},
	Checks: append([]grader.Check{requests.Hooked(hook, 1, object.Kprobe, object.KprobeMulti)}, requests.Checks(hook)...),
	Hints: []string{
		"The section names the hook: kprobe/ and then the function.",
		"BPF_KPROBE from bpf/bpf_tracing.h gives the function's first argument a name and a type: struct request *rq.",
		"A field of a kernel structure is read with BPF_CORE_READ(rq, start_time_ns).",
	},
}
