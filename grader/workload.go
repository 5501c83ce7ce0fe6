package grader

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Exec makes processes call execve and execveat, one call at a time, and
// returns when all have ended.
func (t *T) Exec(steps ...testbed.ExecStep) *testbed.ExecReport {
	t.session.measures = true
	report, err := t.tb.Exec(t.ctx, testbed.ExecRequest{Steps: steps})
	t.undisturbed(err)
	if len(report.Steps) != len(steps) {
		t.Infra(fmt.Errorf("exec workload: %d of %d steps reported", len(report.Steps), len(steps)))
	}
	for i, step := range report.Steps {
		if step.Done != steps[i].Count {
			t.undisturbed(fmt.Errorf("exec workload: %d of %d %s calls ended as they should", step.Done, steps[i].Count, steps[i].Kind))
		}
	}
	return report
}

// undisturbed ends the check when the workload was not carried out. It fails
// when the submission sends signals, which end or stop the processes that make
// the calls; otherwise it is the grader's fault.
func (t *T) undisturbed(err error) {
	var crash *testbed.CrashError
	if err != nil && t.ctx.Err() == nil && !errors.As(err, &crash) && sendsSignals(t.Object) {
		t.Fail(Failure{
			Message: "The grader's calls did not come to their end, and the program sends signals to the processes that make them.",
			Help:    noSignals,
		})
	}
	t.Infra(err)
}

const noSignals = "Leave bpf_send_signal out: a program that observes must not end, stop or interrupt what it observes."

func sendsSignals(obj *object.Object) bool {
	return slices.ContainsFunc(obj.Programs, func(p object.Program) bool {
		return slices.ContainsFunc(p.Helpers, signals)
	})
}

// signals tells whether a helper sends signals.
func signals(helper string) bool {
	return helper == "bpf_send_signal" || helper == "bpf_send_signal_thread"
}

// Processes starts processes that make system calls, and returns when all calls
// have ended. The processes stay until the next call of Processes.
func (t *T) Processes(req testbed.ProcessRequest) *testbed.ProcessReport {
	t.session.measures = true
	report, err := t.tb.Processes(t.ctx, req)
	t.undisturbed(err)
	if len(report.Processes) != len(req.Processes) || len(report.Steps) != len(req.Steps) {
		t.Infra(fmt.Errorf("process workload: %d of %d processes and %d of %d steps reported",
			len(report.Processes), len(req.Processes), len(report.Steps), len(req.Steps)))
	}
	for i, step := range report.Steps {
		if step.Done != req.Steps[i].Count {
			t.undisturbed(fmt.Errorf("process workload: %d of %d %s calls ended as they should", step.Done, req.Steps[i].Count, req.Steps[i].Kind))
		}
	}
	return report
}

// DrawExecs draws how many calls of one kind are made, from low to high on
// each processor, and in which portions the processors take turns. A kernel
// with many processors has the first and the last of them used. The sum is a
// prime number where the bounds allow it: a program that does its work at every
// second call, or on one processor twice, is then never right by chance.
func (t *T) DrawExecs(kind testbed.ExecKind, low, high int) []testbed.ExecStep {
	steps := t.drawExecs(kind, low, high)
	for range maxDraws {
		if big.NewInt(int64(Calls(steps))).ProbablyPrime(0) {
			break
		}
		steps = t.drawExecs(kind, low, high)
	}
	return steps
}

// maxDraws is far more than it takes to draw a prime number, if there is one.
const maxDraws = 200

func (t *T) drawExecs(kind testbed.ExecKind, low, high int) []testbed.ExecStep {
	cpus := t.Info.CPUs
	if len(cpus) > 2 {
		cpus = []int{cpus[0], cpus[len(cpus)-1]}
	}
	var steps []testbed.ExecStep
	for _, cpu := range cpus {
		n := low + t.Rand.IntN(high-low+1)
		first := t.Rand.IntN(n + 1)
		for _, count := range []int{first, n - first} {
			if count > 0 {
				steps = append(steps, testbed.ExecStep{Kind: kind, CPU: cpu, Count: count})
			}
		}
	}
	Shuffle(t, steps)
	return steps
}

// Calls adds up the calls of steps.
func Calls(steps []testbed.ExecStep) int {
	n := 0
	for _, s := range steps {
		n += s.Count
	}
	return n
}

// Disk is the testbed's i-th block device.
func (t *T) Disk(i int) testbed.Disk {
	if len(t.Info.Disks) != testbed.Disks {
		t.Infra(fmt.Errorf("the testbed has %d disks instead of %d", len(t.Info.Disks), testbed.Disks))
	}
	return t.Info.Disks[i]
}

// BlockIO makes direct reads and writes on disks that only the grader uses,
// one after another.
func (t *T) BlockIO(steps ...testbed.BlockStep) *testbed.BlockReport {
	t.session.measures = true
	report, err := t.tb.BlockIO(t.ctx, testbed.BlockRequest{Steps: steps})
	t.undisturbed(err)
	if len(report.Steps) != len(steps) {
		t.Infra(fmt.Errorf("disk workload: %d of %d requests reported", len(report.Steps), len(steps)))
	}
	return report
}

// Trace takes the lines that bpf_printk wrote since the last call and keeps
// the first of them as the check's output.
func (t *T) Trace() *testbed.Trace {
	trace, err := t.tb.Trace(t.ctx)
	t.Infra(err)
	var text string
	for _, line := range trace.Lines {
		if len(text) > MaxOutput {
			break
		}
		text += line.Text + "\n"
	}
	t.Output(text)
	return trace
}

// Runs adds up how often the submission's programs ran so far.
func (t *T) Runs() uint64 {
	ids := make([]uint32, 0, len(t.Loaded.Programs))
	for _, p := range t.Loaded.Programs {
		ids = append(ids, p.ID)
	}
	stats, err := t.tb.RunStats(t.ctx, ids)
	t.Infra(err)
	var runs uint64
	for _, s := range stats {
		runs += s.Runs
	}
	return runs
}

// Shuffle puts what a workload consists of into a drawn order.
func Shuffle[E any](t *T, all []E) {
	t.Rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}
