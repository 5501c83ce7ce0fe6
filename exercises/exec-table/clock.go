package exectable

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/exercises/internal/callers"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// clock is the helper whose time is asked for.
const clock = "bpf_ktime_get_ns"

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

	for n, step := range req.Steps[earlier:] {
		window := o.report.Steps[earlier+n]
		got := o.entry(t, step.Process).lastNS
		if window.Start <= got && got <= window.End {
			continue
		}
		f := grader.Failure{
			Expected: fmt.Sprintf("last_ns from %d to %d", window.Start, window.End),
			Actual:   fmt.Sprintf("last_ns %d", got),
			Message:  fmt.Sprintf("The %s made its last call between these two times of the monotonic clock in nanoseconds, and its entry says otherwise.", o.who(step.Process)),
			Help:     "last_ns is " + clock + "() as it is, when the call is made: no other clock, no other unit.",
		}
		switch {
		case got == 0:
			f.Help = "last_ns was never written in the entry: set it from " + clock + "() at every call."
		case o.report.Steps[0].Start <= got && got < window.Start:
			f.Help = "This is the time of an earlier call: set last_ns at every call, also when the entry is there already."
		case !near(got, window):
			f.Diagnosis = "wrong-clock"
		}
		t.Fail(f)
	}
	checkClock(t)
}

// near tells whether a time is on the right clock and in the right unit, even
// if it is not exact: within a second of the window.
func near(time uint64, window testbed.CallStepReport) bool {
	const second = 1e9
	return time+second >= window.Start && time <= window.End+second
}

// checkClock wants the time to be of the clock that was asked for. On a machine
// that was never suspended another one shows the same time.
func checkClock(t *grader.T) {
	found := "no helper that returns a time"
	for _, p := range t.Object.Programs {
		if slices.Contains(p.Helpers, clock) {
			return
		}
		if i := slices.IndexFunc(p.Helpers, isClock); i >= 0 {
			found = p.Helpers[i]
		}
	}
	f := grader.Failure{
		Expected: "a call of " + clock,
		Actual:   found,
		Message:  "No program of the object calls " + clock + ", so last_ns is not the time it returns.",
		Help:     "Set last_ns to what " + clock + "() returns when the program runs.",
	}
	if isClock(found) {
		f.Help += " Another clock differs from it, for example by the time for which the machine slept."
		f.Diagnosis = "wrong-clock"
	}
	t.Fail(f)
}

func isClock(helper string) bool {
	return strings.HasPrefix(helper, "bpf_ktime_get_")
}
