package calls

import (
	"fmt"
	"slices"

	"github.com/bpfgrade/bpfgrade/exercises/internal/callers"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Batch is a number of calls that follow one another.
type Batch struct {
	// Calls is how many there are.
	Calls int
	// Made says that they were made: a sentence without its end.
	Made string
	// Missed says what to look at when calls of such callers, and no others,
	// are missed. It is empty where the callers are nothing special.
	Missed string

	steps     []testbed.ExecStep
	processes testbed.ProcessRequest
}

// Execs is a batch of the testbed's own calls.
func Execs(steps []testbed.ExecStep) Batch {
	n := grader.Calls(steps)
	return Batch{Calls: n, Made: fmt.Sprintf("%s was made %d times", kind(steps), n), steps: steps}
}

// PerCPU counts the calls on each processor.
func (b Batch) PerCPU() map[int]int {
	n := make(map[int]int)
	for _, s := range b.steps {
		n[s.CPU] += s.Count
	}
	for _, s := range b.processes.Steps {
		n[s.CPU] += s.Count
	}
	return n
}

// Make makes the calls.
func (b Batch) Make(t *grader.T) {
	if len(b.processes.Processes) > 0 {
		t.Processes(b.processes)
		return
	}
	t.Exec(b.steps...)
}

// Whoever draws failing calls of execve by processes with names of their own,
// by threads that are not the main one, and by ordinary users, in this order.
// A program that asks who calls misses one of the three.
func Whoever(t *grader.T) []Batch {
	named := callers.Single(t, 2, 2)
	threaded := callers.Single(t, 1, 1)
	threaded[0].Threads = 3
	ordinary := callers.Single(t, 1, 1)
	ordinary[0].UID = callers.User(t)
	return []Batch{
		failing(t, named, 0, fmt.Sprintf("Processes called %s and %s", named[0].Comm, named[1].Comm),
			"Every process counts, whatever its name is and whoever has started it: does the program ask for one of them before it counts?"),
		failing(t, threaded, 1, "Threads of a process beside its main thread",
			"A call counts whichever thread of a process makes it: does the program let main threads alone pass, in which the two halves of bpf_get_current_pid_tgid() are equal?"),
		failing(t, ordinary, 0, fmt.Sprintf("A process of user %d", ordinary[0].UID),
			"A call counts whichever user makes it: does the program let root alone pass?"),
	}
}

// failing is a batch of failing calls by all threads of processes from a
// certain one on; who names them.
func failing(t *grader.T, processes []testbed.Process, thread int, who, missed string) Batch {
	steps := callers.Calls(t, processes, testbed.CallExecveFailure, 2, 4)
	steps = slices.DeleteFunc(steps, func(s testbed.CallStep) bool { return s.Thread < thread })
	n := 0
	for _, s := range steps {
		n += s.Count
	}
	return Batch{
		Calls: n, Made: fmt.Sprintf("%s made %d calls of execve", who, n), Missed: missed,
		processes: testbed.ProcessRequest{Processes: processes, Steps: steps},
	}
}

// kind says what was called, as the beginning of a sentence.
func kind(steps []testbed.ExecStep) string {
	switch first := steps[0].Kind; {
	case !slices.ContainsFunc(steps, func(s testbed.ExecStep) bool { return s.Kind != first }):
		return "A " + first.String()
	case first == testbed.ExecveatSuccess || first == testbed.ExecveatFailure:
		return "An execveat"
	}
	return "An execve"
}
