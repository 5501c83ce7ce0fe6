// Package syscallprint is the exercise syscall-print: the first hook.
package syscallprint

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/bpfgrade/bpfgrade/exercises/internal/callers"
	"github.com/bpfgrade/bpfgrade/exercises/internal/traces"
	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:embed README.md starter
var files embed.FS

// Exercise is the exercise.
var Exercise = &grader.Exercise{
	Slug:  "syscall-print",
	Title: "The first hook",
	Files: files,
	Needs: []testbed.Feature{
		testbed.FeatureBTF, testbed.FeatureTracepoints, testbed.FeatureKprobes,
		testbed.FeatureFentry, testbed.FeaturePrintk, testbed.FeatureTwoCPUs,
	},
	Events: []testbed.Event{testbed.EventMkdir},
	Checks: []grader.Check{
		{Name: "prints every mkdirat", Points: 2, Run: func(t *grader.T) { printsEvery(t, testbed.CallMkdiratSuccess) }},
		{Name: "prints every mkdir", Points: 2, Run: func(t *grader.T) { printsEvery(t, testbed.CallMkdirSuccess) }},
		{Name: "prints failing calls", Points: 2, Run: printsFailing},
		{Name: "prints the process, not the thread", Points: 3, Run: printsProcess},
		{Name: "prints nothing else", Points: 1, Run: printsNothingElse},
	},
	Hints: []string{
		"A program in SEC(\"tracepoint/syscalls/sys_enter_NAME\") runs at the start of each system call NAME. There are two calls to see here.",
		"An object can have several programs, each with its own section. What they share goes into a static inline function.",
		"bpf_get_current_pid_tgid() >> 32 is the process id; the lower half is the thread.",
		"bpf_printk(\"mkdir by %d\", pid) prints the line.",
	},
}

// printsEvery makes successful calls of one kind, from the main threads of some
// processes.
func printsEvery(t *grader.T, kind testbed.CallKind) {
	req := testbed.ProcessRequest{Processes: callers.Single(t, 2, 4)}
	callers.OfUsers(t, req.Processes)
	req.Steps = callers.Calls(t, req.Processes, kind, 1, 4)
	o := run(t, req)

	var want []uint32
	for _, s := range req.Steps {
		want = append(want, slices.Repeat([]uint32{o.report.Processes[s.Process].PID}, s.Count)...)
	}
	if len(o.lines) != len(want) {
		f := grader.Failure{
			Expected: fmt.Sprintf("%s for %d calls", traces.Lines(len(want)), len(want)),
			Actual:   traces.Lines(len(o.lines)),
			Message:  fmt.Sprintf("A %s was made %d times, and %s printed.", kind, len(want), were(len(o.lines))),
			Help:     "Each call prints exactly one line, whoever makes it and on whichever processor.",
		}
		switch {
		case len(o.lines) > len(want):
			f.Help = "Each call prints exactly one line: is there a second program that the same call passes, or a hook at its exit as well as at its entry?"
		case len(o.lines) == 0 && o.runs == 0:
			f.Help = "No program of the object ran during these calls. Two system calls make folders, mkdirat and mkdir, and each has its own entry."
			f.Diagnosis = "hook-never-fired"
		case len(o.lines) == 0:
			f.Help = fmt.Sprintf("The object's programs ran %d times during these calls and printed nothing: look at where they return early, and at the format of bpf_printk.", o.runs)
		}
		if o.rootOnly(req) {
			f.Message += " All of these lines are of processes of root, and other users made calls as well."
			f.Help = "A call counts whichever user makes it: does the program let root alone pass?"
		}
		t.Fail(f)
	}
	for i, pid := range want {
		checkLine(t, o.lines[i], pid)
	}
}

// rootOnly tells whether each call of root's processes is printed, and none of
// other users'.
func (o outcome) rootOnly(req testbed.ProcessRequest) bool {
	calls := make([]int, len(req.Processes))
	for _, s := range req.Steps {
		calls[s.Process] += s.Count
	}
	for i, p := range req.Processes {
		if p.UID != 0 {
			calls[i] = 0
		}
		if len(o.of(i)) != calls[i] {
			return false
		}
	}
	return true
}

// checkLine wants a line to be that of a call of a process.
func checkLine(t *grader.T, line testbed.TraceLine, pid uint32) {
	want := fmt.Sprintf("mkdir by %d", pid)
	if line.Text == want {
		return
	}
	f := grader.Failure{
		Expected: strconv.Quote(want),
		Actual:   strconv.Quote(line.Text),
		Message:  "A line is not what was asked for.",
		Help:     `The line is "mkdir by PID", in these words, where PID is the id of the process that calls.`,
	}
	if m := numbered.FindStringSubmatch(line.Text); m != nil {
		f.Message = fmt.Sprintf("The process %d made a call, and its line says %s.", pid, m[1])
		f.Help = "The process id is the upper half of bpf_get_current_pid_tgid(): shift it to the right by 32."
		if line.PID != int(pid) && m[1] == strconv.Itoa(line.PID) {
			f.Message = fmt.Sprintf("The thread %d of the process %d made a call, and its line has the id of the thread.", line.PID, pid)
			f.Diagnosis = "tid-for-tgid"
		}
	}
	t.Fail(f)
}

// numbered is a line in the right words.
var numbered = regexp.MustCompile(`^mkdir by (-?\d+)$`)

var kinds = []struct{ success, failure testbed.CallKind }{
	{testbed.CallMkdiratSuccess, testbed.CallMkdiratFailure},
	{testbed.CallMkdirSuccess, testbed.CallMkdirFailure},
}

// printsFailing makes calls that fail, and some that succeed. A process uses
// one of the two system calls. One that is not printed at all is for another
// check, as long as it is not both.
func printsFailing(t *grader.T) {
	req := testbed.ProcessRequest{Processes: callers.Single(t, 4, 6)}
	good, bad := make([]int, len(req.Processes)), make([]int, len(req.Processes))
	for i := range req.Processes {
		kind := kinds[i%len(kinds)]
		good[i], bad[i] = 1+t.Rand.IntN(3), 2+t.Rand.IntN(4)
		req.Steps = append(req.Steps,
			testbed.CallStep{Process: i, CPU: callers.CPU(t), Kind: kind.success, Count: good[i]},
			testbed.CallStep{Process: i, CPU: callers.CPU(t), Kind: kind.failure, Count: bad[i]})
	}
	grader.Shuffle(t, req.Steps)
	o := run(t, req)
	o.some(t)
	for i := range req.Processes {
		got, want := len(o.of(i)), good[i]+bad[i]
		if got == 0 || got == want {
			continue
		}
		f := grader.Failure{
			Expected: fmt.Sprintf("%s for %d calls", traces.Lines(want), want),
			Actual:   traces.Lines(got),
			Message:  fmt.Sprintf("The process %d made %d calls, of which %d failed, and %s printed.", o.report.Processes[i].PID, want, bad[i], were(got)),
			Help:     "A call that fails is a call too, and prints one line.",
		}
		if got == good[i] && o.successOnly(good) {
			f.Help = "A call that fails is a call too: hook the entry of the system call, not what happens after it succeeded."
			f.Diagnosis = explain.MissesFailures(t.Object)
		}
		t.Fail(f)
	}
}

// successOnly tells whether each process that is printed has as many lines as
// it made successful calls.
func (o outcome) successOnly(good []int) bool {
	for i := range o.report.Processes {
		if got := len(o.of(i)); got != 0 && got != good[i] {
			return false
		}
	}
	return true
}

// printsProcess makes calls from several threads of a process. How many lines
// they print is for other checks.
func printsProcess(t *grader.T) {
	req := testbed.ProcessRequest{Processes: callers.Mixed(t)}
	for _, kind := range kinds {
		req.Steps = append(req.Steps, callers.Calls(t, req.Processes, kind.success, 1, 2)...)
	}
	grader.Shuffle(t, req.Steps)
	o := run(t, req)
	o.some(t)
	threads := false
	for i, p := range o.report.Processes {
		for _, line := range o.of(i) {
			checkLine(t, line, p.PID)
			threads = threads || line.PID != int(p.PID)
		}
	}
	if !threads {
		t.Fail(grader.Failure{
			Expected: "lines for calls of all threads",
			Actual:   "lines for calls of main threads alone",
			Message:  "Threads beside the main one made calls, and none of them was printed.",
			Help:     "A call of any thread is a call of its process.",
		})
	}
}

// printsNothingElse has processes that make no folders, and one that does.
func printsNothingElse(t *grader.T) {
	req := testbed.ProcessRequest{Processes: callers.Single(t, 3, 4)}
	for _, kind := range []testbed.CallKind{testbed.CallRmdirFailure, testbed.CallUnlinkatFailure, testbed.CallExecveFailure} {
		req.Steps = append(req.Steps, callers.Calls(t, req.Processes[1:], kind, 1, 3)...)
	}
	for i := range req.Steps {
		req.Steps[i].Process++
	}
	for _, kind := range kinds {
		req.Steps = append(req.Steps, testbed.CallStep{CPU: callers.CPU(t), Kind: kind.success, Count: 1})
	}
	grader.Shuffle(t, req.Steps)
	o := run(t, req)
	o.some(t)
	for i := 1; i < len(req.Processes); i++ {
		if lines := o.of(i); len(lines) > 0 {
			t.Fail(grader.Failure{
				Expected: fmt.Sprintf("no line for process %d", o.report.Processes[i].PID),
				Actual:   strconv.Quote(lines[0].Text),
				Message:  "A process that tried to remove folders and files, called execve and made no folder has lines all the same.",
				Help:     "Only mkdirat and mkdir print: is there a program at another system call, or at a hook that all calls pass, without a test of the number?",
			})
		}
	}
}
