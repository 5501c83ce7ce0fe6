// Package traces holds what exercises have in common that look at the lines of
// bpf_printk.
package traces

import (
	"fmt"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Whole fails the check when there were so many lines that some are lost. Each
// of the calls, which it names, prints one.
func Whole(t *grader.T, trace *testbed.Trace, expected, calls string) {
	if trace.Lost > 0 || trace.Truncated {
		t.Fail(grader.Failure{
			Expected: expected,
			Actual:   fmt.Sprintf("so many lines that the trace buffer overflowed (%d read, %d lost)", len(trace.Lines), trace.Lost),
			Message:  "The program prints far more than one line a call.",
			Help:     fmt.Sprintf("Is its hook passed by other things than %s?", calls),
		})
	}
}

// Lines is "1 line" or "2 lines".
func Lines(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}

// Unprintable says of a failure for want of lines that bpf_printk does not know
// what its format has, where that is so.
func Unprintable(t *grader.T, f *grader.Failure) {
	for _, r := range t.Object.Remarks() {
		if r.ID == "printk-specifier" {
			f.Diagnosis, f.Help = r.ID, fmt.Sprintf("%s: %s", r.Line, r.Message)
			return
		}
	}
}
