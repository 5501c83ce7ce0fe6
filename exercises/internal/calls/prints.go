package calls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/exercises/internal/traces"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// PrintsEvery is a check that wants one line of bpf_printk for each call, with
// the new value, and none for anything else.
func PrintsEvery(t *grader.T) {
	// From a number that no count of the program's own can have.
	t.Map("counter").Set(0, 1000+t.Rand.Uint64N(1_000_000))
	for _, kind := range []testbed.ExecKind{testbed.ExecSuccess, testbed.ExecFailure} {
		printsCalls(t, Execs(t.DrawExecs(kind, 2, 5)))
	}
	for _, batch := range Whoever(t) {
		printsCalls(t, batch)
	}
	printsOnlyCounted(t, append(t.DrawExecs(testbed.ExecveatSuccess, 1, 3), t.DrawExecs(testbed.ExecveatFailure, 1, 3)...))
}

func printsCalls(t *grader.T, batch Batch) {
	t.Trace()
	before := t.Map("counter").Uint64(0)
	batch.Make(t)
	trace := t.Trace()

	var want []string
	for n := range batch.Calls {
		want = append(want, fmt.Sprintf("execve called %d times", before+uint64(n)+1))
	}
	var got []string
	for _, line := range trace.Lines {
		got = append(got, line.Text)
	}
	traces.Whole(t, trace, traces.Lines(len(want)), "execve")
	if len(got) != len(want) {
		f := grader.Failure{
			Expected: fmt.Sprintf("%s for %d calls", traces.Lines(len(want)), len(want)),
			Actual:   traces.Lines(len(got)),
			Message:  fmt.Sprintf("%s, and the program printed %s.", batch.Made, traces.Lines(len(got))),
			Help:     "bpf_printk is called once each time the counter goes up, and nowhere else.",
		}
		if len(got) < len(want) && batch.Missed != "" {
			f.Help = batch.Missed
		}
		if len(got) == 0 {
			traces.Unprintable(t, &f)
		}
		t.Fail(f)
	}
	if !slices.Equal(got, want) {
		i := 0
		for got[i] == want[i] {
			i++
		}
		t.Fail(grader.Failure{
			Expected: strings.Join(want, "\n"),
			Actual:   strings.Join(got, "\n"),
			Message:  fmt.Sprintf("Line %d of %d is not what was asked for.", i+1, len(want)),
			Help:     "The line is \"execve called N times\", where N is the counter after this call was added.",
		})
	}
}

// printsOnlyCounted makes calls of execveat, for which nothing is printed. A
// program that counts them has failed another check for it.
func printsOnlyCounted(t *grader.T, steps []testbed.ExecStep) {
	counter := t.Map("counter")
	t.Trace()
	before := counter.Uint64(0)
	t.Exec(steps...)
	trace := t.Trace()
	counted := counter.Uint64(0) - before
	if got := uint64(len(trace.Lines)) + trace.Lost; got != counted {
		t.Fail(grader.Failure{
			Expected: "no line",
			Actual:   traces.Lines(int(got)),
			Message:  fmt.Sprintf("An execveat was made %d times, the counter went up by %d, and the program printed %s.", grader.Calls(steps), counted, traces.Lines(int(got))),
			Help:     "bpf_printk is called once each time the counter goes up, and nowhere else.",
		})
	}
}
