package local

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

//go:generate sh -c "cd worker && ./build.sh"

//go:embed worker/worker_x86_64.elf
var workerELF []byte

// worker is a process on one processor that calls execve when told to. It is
// started before anything of a submission is loaded, so that starting it is
// never counted.
type worker struct {
	cmd    *exec.Cmd
	orders io.WriteCloser
	// answers is closed with the process.
	answers io.ReadCloser
}

// order and answer are the structures of worker.h.
type order struct {
	Kind, Count uint32
}

type answer struct {
	Start, End, Done uint64
}

// workerFile returns the worker's executable as a file without a name. It has
// no writer, as execve demands.
func workerFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("bpfgrade-worker", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create memory file: %w", err)
	}
	writer := os.NewFile(uintptr(fd), "bpfgrade-worker")
	defer writer.Close()
	if _, err := writer.Write(workerELF); err != nil {
		return nil, err
	}
	return os.Open(fmt.Sprintf("/proc/self/fd/%d", fd))
}

// startWorker starts a worker in a folder; role is a processor's number, or
// what [parentRole] says.
func startWorker(file *os.File, role, dir string) (*worker, error) {
	cmd := exec.Command(fmt.Sprintf("/proc/self/fd/%d", file.Fd()))
	cmd.Args = []string{"bpfgrade-worker", role}
	cmd.Env = []string{}
	cmd.Dir = dir
	orders, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start worker: %w", err)
	}
	return &worker{cmd: cmd, orders: orders, answers: answers}, nil
}

// send writes what the worker reads as one order.
func (w *worker) send(parts ...any) error {
	var msg bytes.Buffer
	for _, part := range parts {
		if err := binary.Write(&msg, binary.NativeEndian, part); err != nil {
			return err
		}
	}
	_, err := w.orders.Write(msg.Bytes())
	return err
}

// receive reads what the worker answers.
func (w *worker) receive(parts ...any) error {
	for _, part := range parts {
		if err := binary.Read(w.answers, binary.NativeEndian, part); err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
	}
	return nil
}

// run obeys one step. It blocks until the worker answers or is closed.
func (w *worker) run(step testbed.ExecStep) (testbed.ExecStepReport, error) {
	var a answer
	if err := w.send(order{uint32(step.Kind), uint32(step.Count)}); err != nil {
		return testbed.ExecStepReport{}, err
	}
	if err := w.receive(&a); err != nil {
		return testbed.ExecStepReport{}, err
	}
	return testbed.ExecStepReport{Done: int(a.Done), Start: a.Start, End: a.End}, nil
}

func (w *worker) close() {
	w.orders.Close()
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
}

// maxExecCount bounds the calls of one step.
const maxExecCount = 1 << 20

// Exec implements [testbed.Testbed].
func (tb *Testbed) Exec(ctx context.Context, req testbed.ExecRequest) (*testbed.ExecReport, error) {
	for i, step := range req.Steps {
		switch {
		case tb.workers[step.CPU] == nil:
			return nil, fmt.Errorf("exec step %d: no processor %d", i, step.CPU)
		case !slices.Contains(testbed.ExecKinds, step.Kind):
			return nil, fmt.Errorf("exec step %d: no call of kind %d", i, step.Kind)
		case step.Count < 0 || step.Count > maxExecCount:
			return nil, fmt.Errorf("exec step %d: count %d is out of range", i, step.Count)
		}
	}

	// Killing the workers ends whatever waits for them.
	stop := context.AfterFunc(ctx, tb.closeWorkers)
	defer stop()

	report := &testbed.ExecReport{Steps: make([]testbed.ExecStepReport, len(req.Steps))}
	errs := make([]error, len(req.Steps))
	runAll := func(belongs func(testbed.ExecStep) bool) {
		for i, step := range req.Steps {
			if belongs(step) {
				report.Steps[i], errs[i] = tb.workers[step.CPU].run(step)
			}
		}
	}

	if req.Concurrent {
		var wg sync.WaitGroup
		for _, cpu := range tb.info.CPUs {
			wg.Go(func() { runAll(func(s testbed.ExecStep) bool { return s.CPU == cpu }) })
		}
		wg.Wait()
	} else {
		runAll(func(testbed.ExecStep) bool { return true })
	}

	if ctx.Err() != nil {
		return nil, fmt.Errorf("exec: %w", ctx.Err())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("exec: %w", err)
	}
	return report, nil
}
