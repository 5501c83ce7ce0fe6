package syscallprint

import (
	"fmt"

	"github.com/bpfgrade/bpfgrade/exercises/internal/traces"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// outcome is what was done, and what was printed.
type outcome struct {
	report *testbed.ProcessReport
	// lines are those that threads of the workload printed, in their order.
	lines []testbed.TraceLine
	// runs is how often the submission's programs ran.
	runs uint64
}

// run makes the calls and takes the lines that were printed. It fails the check
// when there were so many that some are lost.
func run(t *grader.T, req testbed.ProcessRequest) outcome {
	t.Trace()
	runs := t.Runs()
	o := outcome{report: t.Processes(req)}
	o.runs = t.Runs() - runs
	trace := t.Trace()
	traces.Whole(t, trace, "one line a call", "mkdirat and mkdir")
	// On a machine that is not the grader's alone others make folders too.
	for _, line := range trace.Lines {
		for i := range o.report.Processes {
			if o.prints(i, line) {
				o.lines = append(o.lines, line)
			}
		}
	}
	return o
}

// prints tells whether a line was printed in a thread of a process.
func (o outcome) prints(i int, line testbed.TraceLine) bool {
	for _, tid := range o.report.Processes[i].TIDs {
		if line.PID == int(tid) {
			return true
		}
	}
	return false
}

// of returns the lines that threads of a process printed.
func (o outcome) of(i int) []testbed.TraceLine {
	var lines []testbed.TraceLine
	for _, line := range o.lines {
		if o.prints(i, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// some fails the check when nothing was printed at all.
func (o outcome) some(t *grader.T) {
	if len(o.lines) > 0 {
		return
	}
	f := grader.Failure{
		Expected: "a line for each call of mkdirat and mkdir",
		Actual:   "no line",
		Message:  "Processes made folders with both system calls, and nothing was printed.",
		Help:     fmt.Sprintf("The object's programs ran %d times during these calls and printed nothing: look at where they return early, and at the format of bpf_printk.", o.runs),
	}
	if o.runs == 0 {
		f.Help = "No program of the object ran during these calls: is it attached to a hook that they reach?"
		f.Diagnosis = "hook-never-fired"
	} else {
		traces.Unprintable(t, &f)
	}
	t.Fail(f)
}

func were(n int) string {
	if n == 1 {
		return "1 line was"
	}
	return fmt.Sprintf("%d lines were", n)
}
