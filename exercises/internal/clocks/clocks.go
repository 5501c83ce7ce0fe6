// Package clocks holds the checks of exercises about the time of an event.
package clocks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
)

// Helper is the helper whose time is asked for.
const Helper = "bpf_ktime_get_ns"

// Near tells whether a time is on the right clock and in the right unit, even
// if it is not exact: within a second of the window.
func Near(time, start, end uint64) bool {
	const second = 1e9
	return time+second >= start && time <= end+second
}

// LowerHalf tells whether n is what 4 bytes keep of a time within the window.
func LowerHalf(n, start, end uint64) bool {
	const half = 32
	time := end>>half<<half | n
	if time > end {
		time -= 1 << half
	}
	return n>>half == 0 && start <= time && time <= end
}

// Uncut fails the check when each of the times is a whole number of microseconds,
// which happens to no time in nanoseconds as often as that. What names the time.
func Uncut(t *grader.T, what string, times []uint64) {
	const microsecond = 1000
	if slices.ContainsFunc(times, func(time uint64) bool { return time%microsecond != 0 }) {
		return
	}
	t.Fail(grader.Failure{
		Expected: "times in nanoseconds",
		Actual:   fmt.Sprint(times[0]),
		Message:  fmt.Sprintf("All %d times are whole numbers of microseconds: %s was cut.", len(times), what),
		Help:     what + " is what " + Helper + "() returns, as it is.",
	})
}

// Asked fails the check unless a program of the object calls [Helper]. On a
// machine that was never suspended another clock shows the same time. What
// names the time, and help says where it comes from.
func Asked(t *grader.T, what, help string) {
	const clock = "bpf_ktime_get_"
	found := "no helper that returns a time"
	for _, p := range t.Object.Programs {
		for _, helper := range p.Helpers {
			if helper == Helper {
				return
			}
			if strings.HasPrefix(helper, clock) {
				found = helper
			}
		}
	}
	f := grader.Failure{
		Expected: "a call of " + Helper,
		Actual:   found,
		Message:  fmt.Sprintf("No program of the object calls %s, so %s is not the time it returns.", Helper, what),
		Help:     help,
	}
	if strings.HasPrefix(found, clock) {
		f.Help += " Another clock differs from it, for example by the time for which the machine slept."
		f.Diagnosis = "wrong-clock"
	}
	t.Fail(f)
}
