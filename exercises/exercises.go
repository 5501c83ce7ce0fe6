// Package exercises lists the exercises that bpfgrade brings along.
package exercises

import (
	blockbytes "github.com/bpfgrade/bpfgrade/exercises/block-bytes"
	blockstartfentry "github.com/bpfgrade/bpfgrade/exercises/block-start-fentry"
	blockstartkprobe "github.com/bpfgrade/bpfgrade/exercises/block-start-kprobe"
	execcounter "github.com/bpfgrade/bpfgrade/exercises/exec-counter"
	execevents "github.com/bpfgrade/bpfgrade/exercises/exec-events"
	execpreset "github.com/bpfgrade/bpfgrade/exercises/exec-preset"
	exectable "github.com/bpfgrade/bpfgrade/exercises/exec-table"
	syscallprint "github.com/bpfgrade/bpfgrade/exercises/syscall-print"
	uprobeargs "github.com/bpfgrade/bpfgrade/exercises/uprobe-args"
	"github.com/bpfgrade/bpfgrade/grader"
)

// All are the exercises in the order in which a course takes them.
var All = []*grader.Exercise{
	execcounter.Exercise,
	exectable.Exercise,
	execpreset.Exercise,
	execevents.Exercise,
	blockstartkprobe.Exercise,
	blockstartfentry.Exercise,
	syscallprint.Exercise,
	uprobeargs.Exercise,
	blockbytes.Exercise,
}
