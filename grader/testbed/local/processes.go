package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/bpfgrade/bpfgrade/grader/scratch"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// parent is a worker that starts processes and tells them what to call. Like
// the others it is there before anything of a submission is loaded.
type parent struct {
	*worker
	// scratch holds dir, the folder in which the processes make folders.
	scratch *scratch.Dir
	dir     string
	// children tells whether there are processes that it started.
	children bool
	// ended tells whether it was told to end.
	ended atomic.Bool
}

// parentRole is the argument that makes a worker the parent of processes.
const parentRole = "processes"

// cast, actor and callStep are the structures cast, process and step of
// worker.h.
type cast struct {
	Processes, Steps, Concurrent uint32
}

type actor struct {
	Comm    [testbed.MaxComm + 1]byte
	UID     uint32
	Threads uint32
	PID     uint32
	TIDs    [testbed.MaxThreads]uint32
}

type callStep struct {
	Process, Thread  uint32
	CPU, Kind, Count uint32
	Comm             [testbed.MaxComm + 1]byte
	_                uint32
	Answer           answer
}

func startParent(file *os.File) (*parent, error) {
	s, err := scratch.New("processes")
	if err != nil {
		return nil, fmt.Errorf("start processes: %w", err)
	}
	p := &parent{scratch: s, dir: filepath.Join(s.Path, "folders")}
	if err = makeShared(p.dir); err == nil {
		p.worker, err = startWorker(file, parentRole, p.dir)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start processes: %w", err), s.Remove())
	}
	return p, nil
}

// makeShared makes a folder in which every user may make others.
func makeShared(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o777|os.ModeSticky)
}

// run starts processes in place of those that are there, and returns when
// their steps are done or one of them has died.
func (p *parent) run(req testbed.ProcessRequest) (*testbed.ProcessReport, error) {
	head := cast{Processes: uint32(len(req.Processes)), Steps: uint32(len(req.Steps))}
	if req.Concurrent {
		head.Concurrent = 1
	}
	actors := make([]actor, len(req.Processes))
	for i, process := range req.Processes {
		actors[i].Threads, actors[i].UID = uint32(process.Threads), process.UID
		copy(actors[i].Comm[:], process.Comm)
	}
	steps := make([]callStep, len(req.Steps))
	for i, s := range req.Steps {
		steps[i] = callStep{
			Process: uint32(s.Process), Thread: uint32(s.Thread),
			CPU: uint32(s.CPU), Kind: uint32(s.Kind), Count: uint32(s.Count),
		}
		copy(steps[i].Comm[:], s.Comm)
	}

	p.children = len(actors) > 0
	if err := p.send(head, actors, steps); err != nil {
		return nil, err
	}
	if err := p.receive(&head, actors, steps); err != nil {
		return nil, err
	}
	report := &testbed.ProcessReport{}
	for _, a := range actors {
		report.Processes = append(report.Processes, testbed.ProcessInfo{PID: a.PID, TIDs: a.TIDs[:a.Threads]})
	}
	for _, s := range steps {
		report.Steps = append(report.Steps, testbed.CallStepReport{
			Done: int(s.Answer.Done), Start: s.Answer.Start, End: s.Answer.End,
		})
	}
	return report, nil
}

// dismiss ends the processes that are there.
func (p *parent) dismiss() error {
	if !p.children || p.ended.Load() {
		return nil
	}
	if _, err := p.run(testbed.ProcessRequest{}); err != nil {
		return fmt.Errorf("end processes: %w", err)
	}
	return nil
}

// close ends the parent. The processes end with it.
func (p *parent) close() {
	p.ended.Store(true)
	p.worker.close()
	_ = p.scratch.Remove()
}

// checkProcesses tells what is wrong with a request, if anything.
func checkProcesses(req testbed.ProcessRequest, cpus []int) error {
	if n := len(req.Processes); n > testbed.MaxCallers {
		return fmt.Errorf("%d processes are too many", n)
	}
	if n := len(req.Steps); n > testbed.MaxCallSteps {
		return fmt.Errorf("%d steps are too many", n)
	}
	for i, p := range req.Processes {
		switch {
		case p.Threads < 1 || p.Threads > testbed.MaxThreads:
			return fmt.Errorf("process %d: %d threads are out of range", i, p.Threads)
		case p.Comm == "" || len(p.Comm) > testbed.MaxComm:
			return fmt.Errorf("process %d: the name %q is empty or too long", i, p.Comm)
		}
	}
	for i, s := range req.Steps {
		switch {
		case s.Process < 0 || s.Process >= len(req.Processes):
			return fmt.Errorf("step %d: no process %d", i, s.Process)
		case s.Thread < 0 || s.Thread >= req.Processes[s.Process].Threads:
			return fmt.Errorf("step %d: process %d has no thread %d", i, s.Process, s.Thread)
		case !slices.Contains(cpus, s.CPU):
			return fmt.Errorf("step %d: no processor %d", i, s.CPU)
		case !slices.Contains(testbed.CallKinds, s.Kind):
			return fmt.Errorf("step %d: no call of kind %d", i, s.Kind)
		case s.Count < 0 || s.Count > maxExecCount:
			return fmt.Errorf("step %d: count %d is out of range", i, s.Count)
		case len(s.Comm) > testbed.MaxComm:
			return fmt.Errorf("step %d: the name %q is too long", i, s.Comm)
		}
	}
	return nil
}

// Processes implements [testbed.Testbed].
func (tb *Testbed) Processes(ctx context.Context, req testbed.ProcessRequest) (*testbed.ProcessReport, error) {
	if err := checkProcesses(req, tb.info.CPUs); err != nil {
		return nil, fmt.Errorf("processes: %w", err)
	}
	// Killing the parent ends what waits for it.
	stop := context.AfterFunc(ctx, tb.closeWorkers)
	defer stop()
	report, err := tb.parent.run(req)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("processes: %w", ctx.Err())
	}
	if err != nil {
		return nil, fmt.Errorf("processes: %w", err)
	}
	return report, nil
}
