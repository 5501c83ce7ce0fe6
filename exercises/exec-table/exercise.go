// Package exectable is the exercise exec-table: a hash map of structures.
package exectable

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/exercises/internal/callers"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

// mapName is the name of the map.
const mapName = "values"

const (
	valuesMap = "values map"
	entries   = "one entry for each process"
)

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "exec-table",
	Title: "A hash map of structures",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureTracepoints, testbed.FeatureKprobes,
		testbed.FeatureFentry, testbed.FeaturePrintk, testbed.FeatureTwoCPUs,
	},
	Events: []testbed.Event{testbed.EventExec},
	Checks: []grader.Check{
		{Name: valuesMap, Points: 1, Run: values.Has},
		{Name: entries, Points: 2, After: []string{valuesMap}, Run: oneEntryEach},
		{Name: "counts the calls", Points: 2, After: []string{valuesMap}, Run: countsCalls},
		{Name: "ignores execveat", Points: 1, After: []string{valuesMap}, Run: ignoresExecveat},
		{Name: "time of the last call", Points: 2, After: []string{valuesMap}, Run: timeOfLastCall},
		{Name: "name of the process", Points: 2, After: []string{valuesMap}, Run: nameAtLastCall},
	},
	Hints: []string{
		"Begin with exec-counter: the same hook, another map. What is the key, and where do you get it from?",
		"The upper half of bpf_get_current_pid_tgid() is what user space calls the process id; the lower half is the thread.",
		"A lookup that returns NULL means that this process is new: fill in a struct value and give it to bpf_map_update_elem. Otherwise change the fields through the pointer.",
		"bpf_get_current_comm(v->comm, sizeof(v->comm)) writes into the map directly; so does v->last_ns = bpf_ktime_get_ns().",
	},
}

// outcome is a workload, what was done, and what the map holds then.
type outcome struct {
	req    testbed.ProcessRequest
	report *testbed.ProcessReport
	table  table
}

func run(t *grader.T, req testbed.ProcessRequest) outcome {
	report := t.Processes(req)
	return outcome{req, report, readTable(t)}
}

// who names a process in a message.
func (o outcome) who(i int) string {
	return fmt.Sprintf("process %d (%s)", o.report.Processes[i].PID, o.req.Processes[i].Comm)
}

// entry returns the entry of a process, and fails the check when there is none.
func (o outcome) entry(t *grader.T, i int) entry {
	pid := o.report.Processes[i].PID
	e, ok := o.table[pid]
	if !ok {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("an entry with the key %d", pid),
			Actual:   "no such entry",
			Message:  fmt.Sprintf("The %s called execve, and the map %s has no entry for it.", o.who(i), mapName),
			Help:     "Each process that calls has an entry, with its process id as the key: look at the check \"" + entries + "\" first.",
		})
	}
	return e
}

// threadEntries tells whether threads of a process beside its main one have
// entries.
func (o outcome) threadEntries(i int) bool {
	return slices.ContainsFunc(o.report.Processes[i].TIDs[1:], func(tid uint32) bool {
		_, ok := o.table[tid]
		return ok
	})
}

// oneEntryEach wants an entry for each process that called, and none for its
// threads.
func oneEntryEach(t *grader.T) {
	before := readTable(t)
	runs := t.Runs()
	req := testbed.ProcessRequest{Processes: callers.Mixed(t)}
	callers.OfUsers(t, req.Processes)
	req.Steps = callers.Calls(t, req.Processes, testbed.CallExecveFailure, 1, 4)
	o := run(t, req)
	runs = t.Runs() - runs

	var pids []uint32
	missing, threads := 0, false
	for i, p := range o.report.Processes {
		pids = append(pids, p.PID)
		if _, ok := o.table[p.PID]; !ok {
			missing++
		}
		threads = threads || o.threadEntries(i)
	}
	// On a machine that is not the grader's alone others call execve too: only
	// of some keys it is certain that they are no process.
	_, zero := o.table[0]
	if missing == 0 && !threads && !zero {
		return
	}

	added := o.table.added(before)
	f := grader.Failure{
		Expected: o.keys(pids),
		Actual:   o.keys(added),
		Message:  fmt.Sprintf("%d processes called execve, and the map %s has no entry for %d of them.", len(pids), mapName, missing),
		Help:     "The key is the process id, the upper half of bpf_get_current_pid_tgid(), in a variable of 4 bytes.",
	}
	switch {
	case threads:
		f.Message = fmt.Sprintf("The map %s has entries for threads, and a process with several of them is one process all the same.", mapName)
		f.Help = "The lower half of bpf_get_current_pid_tgid() is the id of the thread, the upper half (>> 32) that of the process."
		f.Diagnosis = "tid-for-tgid"
	case missing == 0:
		f.Message = fmt.Sprintf("The map %s has an entry with the key 0, which is no process that called execve.", mapName)
	case len(added) == 0:
		f.Actual = "no new entry"
		explainNone(t, &f, runs)
	case o.rootOnly():
		f.Message += " These are processes of ordinary users, and the others are root's."
		f.Help = "A call counts whichever user makes it: does the program let root alone pass?"
	case len(added) == 1 && missing == len(pids):
		f.Message = fmt.Sprintf("%d processes called execve, and the map %s has one entry for all of them.", len(pids), mapName)
	}
	t.Fail(f)
}

// rootOnly tells whether the processes of root, and no others, have entries.
func (o outcome) rootOnly() bool {
	for i, p := range o.report.Processes {
		if _, ok := o.table[p.PID]; ok != (o.req.Processes[i].UID == 0) {
			return false
		}
	}
	return true
}

// explainNone says why there may be no entry at all after calls that failed.
func explainNone(t *grader.T, f *grader.Failure, runs uint64) {
	before := readTable(t)
	t.Exec(testbed.ExecStep{Kind: testbed.ExecSuccess, CPU: t.Info.CPUs[0], Count: 2})
	switch {
	case len(readTable(t).added(before)) > 0:
		f.Help = "A call that fails is a call too: hook the entry of the system call, not what happens after it succeeded."
		f.Diagnosis = "success-only"
	case runs == 0:
		f.Help = "No program of the object ran during these calls: is it attached to a hook that every execve reaches?"
		f.Diagnosis = "hook-never-fired"
	default:
		f.Help = fmt.Sprintf("The object's programs ran %d times and made no entry: an entry of a HASH is not there before bpf_map_update_elem has made it.", runs)
	}
}

// keys lists the keys of entries, a line each, with what they are the ids of.
func (o outcome) keys(ids []uint32) string {
	const shown = 16
	var lines []string
	for _, id := range ids[:min(len(ids), shown)] {
		line := fmt.Sprintf("key %d", id)
		for i, p := range o.report.Processes {
			switch {
			case id == p.PID:
				line += ": process " + o.req.Processes[i].Comm
			case slices.Contains(p.TIDs, id):
				line += ": a thread of process " + o.req.Processes[i].Comm
			}
		}
		lines = append(lines, line)
	}
	if len(ids) > shown {
		lines = append(lines, "…")
	}
	return strings.Join(lines, "\n")
}

// counts lists the counts of the processes, a line each: those that of says.
func (o outcome) counts(of func(i int) (count uint64, ok bool)) string {
	var lines []string
	for i, p := range o.report.Processes {
		if n, ok := of(i); ok {
			lines = append(lines, fmt.Sprintf("key %d: count %d (process %s)", p.PID, n, o.req.Processes[i].Comm))
		}
	}
	return strings.Join(lines, "\n")
}

// countsCalls wants each entry to have the number of calls of its process, and
// successful calls to be among them.
func countsCalls(t *grader.T) {
	req := testbed.ProcessRequest{Processes: callers.Mixed(t)}
	req.Steps = callers.Calls(t, req.Processes, testbed.CallExecveFailure, 2, 9)
	o := run(t, req)
	made := callers.Count(req.Processes, req.Steps, testbed.CallExecveFailure)
	for i, want := range made {
		got := o.entry(t, i).count
		if got == uint64(want) {
			continue
		}
		f := grader.Failure{
			Expected: o.counts(func(i int) (uint64, bool) { return uint64(made[i]), true }),
			Actual: o.counts(func(i int) (uint64, bool) {
				e, ok := o.table[o.report.Processes[i].PID]
				return e.count, ok
			}),
			Message: fmt.Sprintf("The %s called execve %d times from %s, and its count is %d.", o.who(i), want, threads(req.Processes[i].Threads), got),
			Help:    "Each call adds exactly one to the count of its process, whichever of its threads makes it and on whichever processor.",
		}
		switch {
		case o.threadEntries(i):
			f.Help = "The calls of its other threads are in entries of their own: the key is the process id, which all threads share."
			f.Diagnosis = "tid-for-tgid"
		case got == 1:
			f.Help = "The second call has to find the entry that the first one made and raise its count: look it up before you make a new one."
		case got > uint64(want):
			f.Help = "Each call adds exactly one: is there a second program, or a hook that a call passes twice, such as entry and exit?"
		}
		t.Fail(f)
	}

	steps := t.DrawExecs(testbed.ExecSuccess, 2, 6)
	before := readTable(t).calls()
	t.Exec(steps...)
	if got := readTable(t).calls() - before; got != uint64(grader.Calls(steps)) {
		t.Fail(grader.Failure{
			Expected: fmt.Sprintf("%d calls more in all entries together", grader.Calls(steps)),
			Actual:   fmt.Sprintf("%d more", int64(got)),
			Message:  fmt.Sprintf("A successful execve was made %d times, each in a process of its own.", grader.Calls(steps)),
			Help:     "A call counts whether it fails or succeeds.",
		})
	}
}

func threads(n int) string {
	if n == 1 {
		return "one thread"
	}
	return fmt.Sprintf("%d threads", n)
}

// ignoresExecveat makes calls of execveat in the first process and calls of both
// kinds in the others. How often those are counted is for another check.
func ignoresExecveat(t *grader.T) {
	req := testbed.ProcessRequest{Processes: callers.Single(t, 3, 4)}
	req.Steps = callers.Calls(t, req.Processes, testbed.CallExecveatFailure, 2, 5)
	calls := callers.Count(req.Processes, req.Steps, testbed.CallExecveatFailure)[0]
	for i := 1; i < len(req.Processes); i++ {
		req.Steps = append(req.Steps, testbed.CallStep{Process: i, CPU: callers.CPU(t), Kind: testbed.CallExecveFailure, Count: 1 + t.Rand.IntN(4)})
	}
	grader.Shuffle(t, req.Steps)

	o := run(t, req)
	for i := 1; i < len(req.Processes); i++ {
		o.entry(t, i)
	}
	if e, ok := o.table[o.report.Processes[0].PID]; ok {
		t.Fail(grader.Failure{
			Expected:  fmt.Sprintf("no entry with the key %d", o.report.Processes[0].PID),
			Actual:    fmt.Sprintf("an entry with count %d", e.count),
			Message:   fmt.Sprintf("The %s called execveat %d times and never execve.", o.who(0), calls),
			Help:      "execveat is another system call: count execve alone. A hook inside the kernel that both pass counts both.",
			Diagnosis: "counts-execveat",
		})
	}
}

// nameAtLastCall wants the name in each entry to be that of the process at its
// last call. Each has another name at its first, which is longer for some and
// shorter for others.
func nameAtLastCall(t *grader.T) {
	req := testbed.ProcessRequest{Processes: callers.Single(t, 3, 5)}
	req.Steps = callers.Calls(t, req.Processes, testbed.CallExecveFailure, 1, 3)
	names := callers.Names(t, len(req.Processes)+1)[1:]
	for _, i := range t.Rand.Perm(len(names)) {
		req.Steps = append(req.Steps, testbed.CallStep{
			Process: i, CPU: callers.CPU(t), Kind: testbed.CallExecveFailure, Count: 1 + t.Rand.IntN(2), Comm: names[i],
		})
	}
	o := run(t, req)

	for i, name := range names {
		got := o.entry(t, i).comm
		if got == name {
			continue
		}
		f := grader.Failure{
			Expected: fmt.Sprintf("comm %q", name),
			Actual:   fmt.Sprintf("comm %q", got),
			Message:  fmt.Sprintf("The process %d was called %s at its last call, and its entry says otherwise.", o.report.Processes[i].PID, name),
			Help:     "comm is what bpf_get_current_comm writes into the field when the call is made.",
		}
		switch {
		case got == "":
			f.Help = "comm was never written in the entry: bpf_get_current_comm(v->comm, sizeof(v->comm)) does."
		case got == req.Processes[i].Comm:
			f.Help = fmt.Sprintf("It was called %s at its first call, and was renamed since: set comm at every call.", got)
		case len(got) < len(name) && strings.HasPrefix(name, got):
			f.Help = "The name is cut off: the size that bpf_get_current_comm gets is that of the whole field, 16 bytes."
		case strings.HasPrefix(got, name):
			f.Help = fmt.Sprintf("It was called %s at its first call, and the end of that name is still there: write all 16 bytes of comm at every call.", req.Processes[i].Comm)
		}
		t.Fail(f)
	}
}
