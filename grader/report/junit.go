package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/plain"
)

// JUnit writes a test suite for each result and a test case for each check. The
// points are properties of the suite. A result that never reached its checks
// has one case, named for its status. What is the grader's fault is an error.
func JUnit(w io.Writer, results []*grader.Result) error {
	var all junit.Testsuites
	var sum time.Duration
	for i, r := range results {
		sum += r.Duration
		all.AddSuite(suiteOf(i, r))
	}
	all.Name, all.Time = "bpfgrade", seconds(sum)
	if _, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"); err != nil {
		return err
	}
	return all.WriteXML(w)
}

func suiteOf(id int, r *grader.Result) junit.Testsuite {
	suite := junit.Testsuite{ID: id, Name: plain.Line(r.Submission), Package: plain.Line(r.Exercise), Time: seconds(r.Duration)}
	suite.AddProperty("status", plain.Line(string(r.Status)))
	suite.AddProperty("kernel", plain.Line(r.Kernel))
	suite.AddProperty("seed", fmt.Sprint(r.Seed))
	suite.AddProperty("points", marks(r))
	for _, c := range r.Checks {
		if r.Graded() {
			suite.AddProperty("points of "+plain.Line(c.Name), score(c))
		}
		suite.AddTestcase(caseOf(r, c))
	}
	if r.Message != "" && !saidByCheck(r) {
		fault := &junit.Result{Message: plain.Line(r.Message), Type: plain.Line(string(r.Status)), Data: printable(joined(r.Message, r.Help, r.Log))}
		whole := junit.Testcase{Name: "the submission as a whole", Classname: plain.Line(r.Exercise), Time: seconds(0)}
		if r.Graded() {
			whole.Failure = fault
		} else {
			whole.Error = fault
		}
		suite.AddTestcase(whole)
	}
	return suite
}

func caseOf(r *grader.Result, c grader.CheckResult) junit.Testcase {
	out := junit.Testcase{Name: plain.Line(c.Name), Classname: plain.Line(r.Exercise), Time: seconds(c.Duration)}
	why := &junit.Result{Message: plain.Line(c.Message), Type: plain.Line(c.Diagnosis), Data: printable(reasons(c))}
	switch c.Status {
	case grader.StatusFail:
		out.Failure = why
	case grader.StatusError:
		out.Error = why
	case grader.StatusSkip:
		out.Skipped = why
	}
	if c.Output != "" {
		out.SystemOut = &junit.Output{Data: printable(c.Output)}
	}
	return out
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// saidByCheck tells whether a check says what the result's message says.
func saidByCheck(r *grader.Result) bool {
	for _, c := range r.Checks {
		if c.Message != "" && strings.HasSuffix(r.Message, c.Message) {
			return true
		}
	}
	return false
}

// reasons are a check's message, what was compared and its help, in lines.
func reasons(c grader.CheckResult) string {
	return joined(c.Message, labelled("expected: ", value(c.Expected)), labelled("found:    ", value(c.Actual)), labelled("look at:  ", c.Help))
}

func labelled(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}

// joined are the texts that are not empty, in lines.
func joined(texts ...string) string {
	var lines []string
	for _, text := range texts {
		if text != "" {
			lines = append(lines, strings.TrimRight(text, "\n"))
		}
	}
	return strings.Join(lines, "\n")
}

// printable is text in lines without what cannot be printed.
func printable(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		lines = append(lines, plain.Line(line))
	}
	return strings.Join(lines, "\n")
}
