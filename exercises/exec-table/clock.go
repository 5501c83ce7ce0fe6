package exectable

import (
	"fmt"

	"github.com/bpfgrade/bpfgrade/exercises/internal/callers"
	"github.com/bpfgrade/bpfgrade/exercises/internal/clocks"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// timeOfLastCall wants the time in each entry to be that of the last call of
// its process, which is alone in its step.
func timeOfLastCall(t *grader.T) {
	req := testbed.ProcessRequest{Processes: callers.Single(t, 3, 5)}
	req.Steps = callers.Calls(t, req.Processes, testbed.CallExecveFailure, 1, 4)
	earlier := len(req.Steps)
	for _, i := range t.Rand.Perm(len(req.Processes)) {
		req.Steps = append(req.Steps, testbed.CallStep{Process: i, CPU: callers.CPU(t), Kind: testbed.CallExecveFailure, Count: 1})
	}
	o := run(t, req)

	var times []uint64
	for n, step := range req.Steps[earlier:] {
		window := o.report.Steps[earlier+n]
		got := o.entry(t, step.Process).lastNS
		times = append(times, got)
		if window.Start <= got && got <= window.End {
			continue
		}
		f := grader.Failure{
			Expected: fmt.Sprintf("last_ns from %d to %d", window.Start, window.End),
			Actual:   fmt.Sprintf("last_ns %d", got),
			Message:  fmt.Sprintf("The %s made its last call between these two times of the monotonic clock in nanoseconds, and its entry says otherwise.", o.who(step.Process)),
			Help:     "last_ns is " + clocks.Helper + "() as it is, when the call is made: no other clock, no other unit.",
		}
		switch {
		case got == 0:
			f.Help = "last_ns was never written in the entry: set it from " + clocks.Helper + "() at every call."
		case o.report.Steps[0].Start <= got && got < window.Start:
			f.Help = "This is the time of an earlier call: set last_ns at every call, also when the entry is there already."
		case clocks.LowerHalf(got, window.Start, window.End):
			f.Help = "These are the lower 4 bytes of the time: keep it in a variable of 8 bytes on its way into the entry."
		case !clocks.Near(got, window.Start, window.End):
			f.Diagnosis = "wrong-clock"
		}
		t.Fail(f)
	}
	clocks.Uncut(t, "last_ns", times)
	clocks.Asked(t, "last_ns", "Set last_ns to what "+clocks.Helper+"() returns when the program runs.")
}
