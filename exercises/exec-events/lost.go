package execevents

import (
	"fmt"
	"slices"

	"github.com/bpfgrade/bpfgrade/exercises/internal/callers"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

const (
	pageSize = 4096
	// maxPages is what the statement allows for the buffer of a processor, so
	// that it can be made to overflow in a short time.
	maxPages = 64
)

// lastCalls bounds how many calls are made until the record of one finds room.
const lastCalls = 4

// reportsLost has more records arrive than a buffer holds. The kernel reports
// what it has lost with the next record that finds room, so one more follows, and
// another where that one was lost too: a program may empty its buffer from time
// to time.
func reportsLost(t *grader.T) {
	t.Printed()
	holds := capacity(t)
	cpu := callers.CPU(t)
	burst := holds + 50 + t.Rand.IntN(200)
	one := testbed.ExecStep{Kind: testbed.ExecFailure, CPU: cpu, Count: 1}
	sent := counts{setCounter(t), uint64(burst + 1)}
	whileFrozen(t, one, func() {
		t.Exec(testbed.ExecStep{Kind: testbed.ExecFailure, CPU: cpu, Count: burst})
	})
	text := t.PrintedUntil(func(text string) bool { return len(sent.of(readLines(text))) > 0 })
	last := 0
	for arrived := false; !arrived && last < lastCalls; last++ {
		t.Exec(one)
		sent.calls++
		text += t.PrintedUntil(func(more string) bool {
			lines := readLines(text + more)
			printed := sent.of(lines)
			arrived = slices.Contains(printed, sent.before+sent.calls)
			all := uint64(len(printed))+reported(sent.warnings(lines), cpu) >= sent.calls
			return all || !arrived && more != "" && len(printed) >= holds-1
		})
	}
	t.Output(text)

	lines := readLines(text)
	printed, warnings := sent.of(lines), sent.warnings(lines)
	lost := reported(warnings, cpu)
	f := grader.Failure{
		Expected: fmt.Sprintf("values printed and records reported as lost: %d together", sent.calls),
		Actual:   fmt.Sprintf("%d printed, %d reported", len(printed), lost),
		Message:  fmt.Sprintf("The program was stopped after a record, %d more were sent on processor %d, which is more than its buffer holds, and %d when it had gone on; it printed %d values and reported %d records as lost.", burst, cpu, last, len(printed), lost),
		Help:     "Print a warning each time the function for lost records is called, with the number that it is given.",
	}
	switch {
	case !ascending(printed):
		f.Help = "The values are not in the order of the records, or not once each: print a line for each record, where it is handled."
	case len(printed) > holds+1+last: // the first, those that waited, and the last
		f.Message += fmt.Sprintf(" The buffer holds %d of them at most.", holds)
		f.Help = "Print the values of records that arrived, and report those that did not: do not make up values for them."
	case uint64(len(printed))+lost == sent.calls:
		// It goes on after a loss.
		printsValue(t, one, sent.before+sent.calls+1, printed)
		return
	case len(warnings) == 0 && len(printed) == len(lines):
		f.Diagnosis = "lost-ignored"
	case len(warnings) == 0:
		f.Help = "The warning must have the number of lost records in it, which handle_lost is given."
	default:
		f.Actual += ": " + quoted(warnings)
		f.Help = "The warning must have the number of lost records that handle_lost is given, and no other number but that of the processor. Several warnings add up."
	}
	t.Fail(f)
}

// capacity is how many records the buffer of a processor holds at most. It
// fails the check for one that is larger than the statement allows.
func capacity(t *grader.T) int {
	sizes := running(t).Buffers
	if len(sizes) == 0 {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("a buffer of up to %d pages for each processor", maxPages),
			Actual:   "none",
			Message:  "The program has no perf buffer mapped.",
			Help:     "Keep the perf buffer until the program ends.",
		})
	}
	size := slices.Max(sizes)
	if size > maxPages*pageSize {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("%d pages or fewer", maxPages),
			Actual:   fmt.Sprintf("%d pages", size/pageSize),
			Message:  fmt.Sprintf("The buffer of a processor has %d pages, and up to %d are allowed.", size/pageSize, maxPages),
			Help:     "Give perf_buffer__new a smaller number of pages: 8 is enough.",
		})
	}
	return size / recordSize(t)
}

// recordSize is what a record takes in a buffer at least, in bytes: its header,
// its size and the data, filled up to 8 bytes; see PERF_SAMPLE_RAW in
// perf_event_open(2).
func recordSize(t *grader.T) int {
	data := 8
	if layouts, err := t.Object.Records("count_value"); err == nil {
		data = layouts[0].Size
		for _, l := range layouts {
			data = min(data, l.Size)
		}
	}
	const header, size, align = 8, 4, 8
	return (header + size + data + align - 1) / align * align
}

// reported adds up what warnings report as lost.
func reported(warnings []line, cpu int) uint64 {
	var sum uint64
	for _, l := range warnings {
		if n, ok := l.lost(cpu); ok {
			sum += n
		}
	}
	return sum
}

// ascending tells whether each value is larger than the one before.
func ascending(values []uint64) bool {
	for i := 1; i < len(values); i++ {
		if values[i] <= values[i-1] {
			return false
		}
	}
	return true
}
