// Package calls holds the checks of exercises that count calls of execve.
package calls

import (
	"fmt"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// The names of the checks, for others to come after them.
const (
	CounterMap = "counter map"
)

// HasCounter is the check that there is a map to count in.
func HasCounter(points float64) grader.Check {
	return grader.Check{
		Name:   CounterMap,
		Points: points,
		Run: func(t *grader.T) {
			m := t.Map("counter")
			if m.Type != "Array" || m.KeySize != 4 || m.ValueSize != 8 || m.MaxEntries < 1 {
				t.Fail(grader.Failure{
					Expected: "counter: Array, u32 -> u64, 1 entry or more",
					Actual:   m.String(),
					Message:  "The map counter does not have the type, or the sizes of key and value, that were asked for.",
					Help:     "It is a BPF_MAP_TYPE_ARRAY with a __u32 key and a __u64 value.",
				})
			}
		},
	}
}

// Added sets counter[0] to a number that needs more than 4 bytes, makes calls
// that count, and fails the check unless they were added to it. What was counted
// so far stands in the counter again afterwards.
func Added(t *grader.T, steps []testbed.ExecStep) {
	counter := t.Map("counter")
	before := counter.Uint64(0)
	// The lower half overflows at the second call.
	start := (1+t.Rand.Uint64N(1<<16))<<32 - 2
	if !counter.Set(0, start) {
		return
	}
	t.Exec(steps...)
	n := uint64(grader.Calls(steps))
	if got := counter.Uint64(0); got != start+n {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("counter[0] = %d", start+n),
			Actual:   fmt.Sprintf("counter[0] = %d", got),
			Message:  fmt.Sprintf("The grader set counter[0] to %d, %d calls were made, and it became %d.", start, n, got),
			Help:     "Each call adds one to what element 0 of the map holds at that moment, all 8 bytes of it. A count that the program keeps somewhere else and copies into the map is another one.",
		})
	}
	counter.Set(0, before+n)
}

// CountsEvery is a check that wants every call of execve counted, and no other.
func CountsEvery(t *grader.T) {
	steps := t.DrawExecs(testbed.ExecSuccess, 2, 6)
	Counted(t, steps, grader.Calls(steps), Successful)
	Added(t, t.DrawExecs(testbed.ExecSuccess, 2, 4))
	CountsFailing(t, 2, 9)
	steps = append(t.DrawExecs(testbed.ExecveatSuccess, 1, 3), t.DrawExecs(testbed.ExecveatFailure, 2, 6)...)
	Counted(t, steps, 0, Execveat)
}

// CountsFailing makes calls that fail, low to high on each processor and then
// some by each kind of caller, and wants every one counted.
func CountsFailing(t *grader.T, low, high int) {
	steps := t.DrawExecs(testbed.ExecFailure, low, high)
	Counted(t, steps, grader.Calls(steps), Failing)
	for _, batch := range Whoever(t) {
		counted(t, batch, batch.Calls, Hints{Missed: batch.Missed, TooMany: Successful.TooMany})
	}
}

// Counted makes the calls and fails the check unless counter[0] went up by
// want.
func Counted(t *grader.T, steps []testbed.ExecStep, want int, hints Hints) {
	counted(t, Execs(steps), want, hints)
}

func counted(t *grader.T, batch Batch, want int, hints Hints) {
	counter := t.Map("counter")
	before := counter.Uint64(0)
	var runs uint64
	if before == 0 { // else nobody asks
		runs = t.Runs()
	}
	batch.Make(t)
	got := counter.Uint64(0) - before
	if got == uint64(want) {
		return
	}

	f := grader.Failure{
		Expected: fmt.Sprintf("counter[0] up by %d", want),
		Actual:   fmt.Sprintf("counter[0] up by %d", int64(got)),
		Message:  fmt.Sprintf("%s, and counter[0] went from %d to %d.", batch.Made, before, before+got),
	}
	switch runs = t.Runs() - runs; {
	case got == 0 && before == 0 && runs == 0:
		f.Help = "No program of the object ran during these calls: is it attached to a hook that every such call reaches?"
		f.Diagnosis = "hook-never-fired"
	case got == 0 && before == 0:
		f.Help = fmt.Sprintf("The object's programs ran %d times and left counter[0] as it was: look at the conditions under which they return early, and at the key.", runs)
		if slices.ContainsFunc(t.Object.Programs, returnsWhenFound) {
			f.Help = fmt.Sprintf("The object's programs ran %d times and left counter[0] as it was: they return when the lookup has found the element, and in an array it always does. Return when it has not.", runs)
			f.Diagnosis = "inverted-check"
		}
	case got == 0 && counts(t):
		f.Help = hints.Missed
		if hints.MissedDiagnosis != nil {
			f.Diagnosis = hints.MissedDiagnosis(t.Object)
		}
	case got > uint64(want):
		f.Help = hints.TooMany
		f.Diagnosis = hints.TooManyDiagnosis
	default:
		f.Help = Successful.Missed
		if counts(t) {
			f.Help = hints.Missed
		}
	}
	t.Fail(f)
}

// counts tells whether successful calls are counted, to tell a program that
// misses some kinds of calls from one that cannot count.
func counts(t *grader.T) bool {
	counter := t.Map("counter")
	steps := t.DrawExecs(testbed.ExecSuccess, 1, 2)
	before := counter.Uint64(0)
	t.Exec(steps...)
	return counter.Uint64(0)-before == uint64(grader.Calls(steps))
}

func returnsWhenFound(p object.Program) bool { return p.ReturnsWhenFound("counter") }

// Hints say what to look at when a count is wrong, and which mistake it is when
// that is certain.
type Hints struct {
	// Missed is for calls that were not counted, MissedDiagnosis for those of
	// a program that counts others.
	Missed          string
	MissedDiagnosis func(*object.Object) string
	// TooMany is for what was counted and should not have been.
	TooMany, TooManyDiagnosis string
}

// Successful are the hints for calls that succeed.
var Successful = Hints{
	Missed:  "Each call adds exactly one, on whichever processor it is made and whoever makes it.",
	TooMany: "Each call adds exactly one: is there a second program, or a hook that a call passes twice, such as entry and exit?",
}

// Failing are the hints for calls that fail.
var Failing = Hints{
	Missed:          "A call that fails is a call too: hook the entry of the system call, not what happens after it succeeded.",
	MissedDiagnosis: explain.MissesFailures,
	TooMany:         Successful.TooMany,
}

// Execveat are the hints for calls that do not count.
var Execveat = Hints{
	TooMany:          "execveat is another system call: count execve alone. A hook inside the kernel that both pass counts both, and so does the exit of execve: the kernel reports the end of a successful execveat as one of execve.",
	TooManyDiagnosis: "counts-execveat",
}
