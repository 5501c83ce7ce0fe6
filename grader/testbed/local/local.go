// Package local is a testbed on the kernel it runs on. It is what the agent
// uses in a guest and what privileged continuous integration uses directly.
// It needs root.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Testbed is a [testbed.Testbed] on this kernel.
type Testbed struct {
	info    testbed.Info
	stats   io.Closer
	tracer  *tracer
	disks   *disks
	workers map[int]*worker
	parent  *parent
	// untouched is what was in the kernel when it was opened.
	untouched *untouched
	others    *others
	group     *cgroup
	holder    *holder
	access    *access
	program   *program
	// installed is the folder of installed files, empty while there are none.
	installed string

	closeWorkersOnce sync.Once

	// What belongs to the loaded object.
	collection *ebpf.Collection
	spec       *ebpf.CollectionSpec
	programs   map[uint32]*ebpf.Program
	maps       map[uint32]*ebpf.Map
	watchers   map[uint32]*watcher
	links      map[string][]link.Link
	pins       string
	// kept is the folder with the files of the program that was sent last.
	kept string
}

var _ testbed.Testbed = (*Testbed)(nil)

// Open gets everything ready that a submission needs: workers, disks, a trace
// instance, run statistics. What this kernel cannot do is no error here: it
// stands in Info.Missing.
func Open() (*Testbed, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("local testbed: %w: it needs root (run it with sudo, or use the vm backend)", testbed.ErrNotSupported)
	}
	info, err := kernelInfo()
	if err != nil {
		return nil, fmt.Errorf("local testbed: %w", err)
	}
	tb := &Testbed{info: *info}
	tb.forget()
	if err := tb.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("local testbed: %w", err), tb.Close())
	}
	return tb, nil
}

func (tb *Testbed) open() error {
	tb.info.Missing = probe()
	if len(tb.info.CPUs) < 2 {
		tb.info.Missing[testbed.FeatureTwoCPUs] = fmt.Sprintf("%d processor online", len(tb.info.CPUs))
	}

	// Before 5.11 maps count as locked memory, of which a process may have
	// little. Where it may not have more, the map says so that is refused.
	_ = unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY})
	var err error
	if tb.stats, err = ebpf.EnableStats(uint32(unix.BPF_STATS_RUN_TIME)); err != nil {
		return fmt.Errorf("enable run statistics: %w", err)
	}
	if tb.tracer, err = openTracer(); err != nil {
		tb.info.Missing[testbed.FeaturePrintk] = err.Error()
	}
	if tb.disks, err = openDisks(); err != nil {
		tb.info.Missing[testbed.FeatureBlockDevice] = err.Error()
	} else {
		for _, d := range tb.disks.all {
			tb.info.Disks = append(tb.info.Disks, d.Disk)
		}
	}

	if tb.group, err = openCgroups(); err == nil {
		tb.holder, err = loadHolder()
	}
	if err != nil {
		tb.info.Missing[testbed.FeatureProgram] = err.Error()
	}

	file, err := workerFile()
	if err != nil {
		return err
	}
	defer file.Close()
	tb.workers = make(map[int]*worker)
	for _, cpu := range tb.info.CPUs {
		if tb.workers[cpu], err = startWorker(file, strconv.Itoa(cpu), ""); err != nil {
			return err
		}
	}
	if tb.parent, err = startParent(file); err != nil {
		return err
	}
	tb.untouched, err = lookUntouched()
	return err
}

// forget makes room for the next object.
func (tb *Testbed) forget() {
	tb.collection, tb.spec = nil, nil
	tb.programs = make(map[uint32]*ebpf.Program)
	tb.maps = make(map[uint32]*ebpf.Map)
	tb.watchers = make(map[uint32]*watcher)
	tb.links = make(map[string][]link.Link)
}

// Info implements [testbed.Testbed].
func (tb *Testbed) Info(ctx context.Context) (*testbed.Info, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("info: %w", ctx.Err())
	}
	return &tb.info, nil
}

// KernelBTF implements [testbed.Testbed].
func (tb *Testbed) KernelBTF(ctx context.Context) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("kernel BTF: %w", ctx.Err())
	}
	return os.ReadFile(kernelBTF)
}

// RunStats implements [testbed.Testbed].
func (tb *Testbed) RunStats(ctx context.Context, programIDs []uint32) ([]testbed.RunStats, error) {
	var all []testbed.RunStats
	for _, id := range programIDs {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("run statistics: %w", ctx.Err())
		}
		stats, err := tb.runStats(id)
		if err != nil {
			return nil, fmt.Errorf("run statistics of program %d: %w", id, err)
		}
		all = append(all, *stats)
	}
	return all, nil
}

func (tb *Testbed) runStats(id uint32) (*testbed.RunStats, error) {
	prog := tb.programs[id]
	if prog == nil {
		var err error
		prog, err = ebpf.NewProgramFromID(ebpf.ProgramID(id))
		if errors.Is(err, os.ErrNotExist) {
			return nil, testbed.ErrGone
		}
		if err != nil {
			return nil, err
		}
		defer prog.Close()
	}
	stats, err := prog.Stats()
	if err != nil {
		return nil, err
	}
	return &testbed.RunStats{Runs: stats.RunCount, Time: stats.Runtime}, nil
}

func (tb *Testbed) closeWorkers() {
	tb.closeWorkersOnce.Do(func() {
		for _, w := range tb.workers {
			w.close()
		}
		if tb.parent != nil {
			tb.parent.close()
		}
	})
}

// Close implements [testbed.Testbed].
func (tb *Testbed) Close() error {
	_, err := tb.Reset(context.Background())
	err = errors.Join(err, removeTemp(&tb.kept))
	tb.closeWorkers()
	if tb.others != nil {
		err = errors.Join(err, tb.others.close())
		tb.others = nil
	}
	if tb.holder != nil {
		err = errors.Join(err, tb.holder.close())
		tb.holder = nil
	}
	if tb.group != nil {
		err = errors.Join(err, tb.group.remove())
		tb.group = nil
	}
	if tb.disks != nil {
		tb.disks.close()
		tb.disks = nil
	}
	if tb.tracer != nil {
		tb.tracer.close()
		tb.tracer = nil
	}
	if tb.access != nil {
		err = errors.Join(err, tb.access.revoke())
		tb.access = nil
	}
	if tb.stats != nil {
		err = errors.Join(err, tb.stats.Close())
		tb.stats = nil
	}
	return err
}
