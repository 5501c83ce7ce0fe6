// Package callers draws processes and what they call, for exercises that tell
// who made a call.
package callers

import (
	"fmt"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// trades are what processes are called. They have 5 to 9 bytes.
var trades = []string{"baker", "carpenter", "driver", "electric", "farmer", "gardener", "hatter", "joiner", "librarian", "miller"}

// Names draws n names for processes, all different: by turns one that is as long
// as names can be, so that one cut by a byte shows, and a shorter one. All are
// longer than a pointer.
func Names(t *grader.T, n int) []string {
	var names []string
	taken := make(map[string]bool)
	for len(names) < n {
		trade, digits := trades[t.Rand.IntN(len(trades))], 4
		if len(names)%2 == 0 {
			digits = testbed.MaxComm - len(trade+"-")
		}
		name := fmt.Sprintf("%s-%0*d", trade, digits, t.Rand.IntN(10000))
		if !taken[name] {
			names = append(names, name)
		}
		taken[name] = true
	}
	return names
}

// Single draws low to high processes with one thread, each with a name of its
// own.
func Single(t *grader.T, low, high int) []testbed.Process {
	var processes []testbed.Process
	for _, name := range Names(t, low+t.Rand.IntN(high-low+1)) {
		processes = append(processes, testbed.Process{Comm: name, Threads: 1})
	}
	return processes
}

// Mixed draws 4 to 6 processes of which at least two have one thread and at
// least two have two or three.
func Mixed(t *grader.T) []testbed.Process {
	processes := Single(t, 4, 6)
	threaded := 2 + t.Rand.IntN(len(processes)-3)
	for _, i := range t.Rand.Perm(len(processes))[:threaded] {
		processes[i].Threads = 2 + t.Rand.IntN(2)
	}
	return processes
}

// User draws the id of an ordinary user.
func User(t *grader.T) uint32 { return 1000 + t.Rand.Uint32N(59000) }

// OfUsers gives one or more of two or more processes to ordinary users, and
// leaves one or more to root.
func OfUsers(t *grader.T, processes []testbed.Process) {
	n := 1 + t.Rand.IntN(len(processes)-1)
	for _, i := range t.Rand.Perm(len(processes))[:n] {
		processes[i].UID = User(t)
	}
}

// CPU draws a processor.
func CPU(t *grader.T) int { return t.Info.CPUs[t.Rand.IntN(len(t.Info.CPUs))] }

// Calls draws how many calls of one kind each thread makes, from low to high,
// and the order in which all of them take turns.
func Calls(t *grader.T, processes []testbed.Process, kind testbed.CallKind, low, high int) []testbed.CallStep {
	var steps []testbed.CallStep
	for i, p := range processes {
		for thread := range p.Threads {
			n := low + t.Rand.IntN(high-low+1)
			first := t.Rand.IntN(n + 1)
			for _, count := range []int{first, n - first} {
				if count > 0 {
					steps = append(steps, testbed.CallStep{Process: i, Thread: thread, CPU: CPU(t), Kind: kind, Count: count})
				}
			}
		}
	}
	grader.Shuffle(t, steps)
	return steps
}

// Count adds up the calls of one kind for each process.
func Count(processes []testbed.Process, steps []testbed.CallStep, kind testbed.CallKind) []int {
	counts := make([]int, len(processes))
	for _, s := range steps {
		if s.Kind == kind {
			counts[s.Process] += s.Count
		}
	}
	return counts
}
