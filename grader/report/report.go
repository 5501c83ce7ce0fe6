// Package report writes verdicts for people and for programs.
package report

import "github.com/bpfgrade/bpfgrade/grader"

// ExitCode is what a command that graded ends with: 0 when every submission
// has full marks, or there is none, 1 when one has not, 3 when one could not be
// graded.
func ExitCode(results []*grader.Result) int {
	code := 0
	for _, r := range results {
		switch {
		case !r.Graded():
			return 3
		case r.Status != grader.StatusPass:
			code = 1
		}
	}
	return code
}
