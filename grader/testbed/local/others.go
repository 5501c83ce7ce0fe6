package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/cilium/ebpf/link"

	"github.com/bpfgrade/bpfgrade/bpf"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// others counts what processes that are not the testbed's do.
type others struct {
	objects bpf.OthersObjects
	link    link.Link
	// group holds the testbed's workers.
	group *cgroup
}

// Share tells that other programs run on this kernel: from now on what they do
// is counted.
func (tb *Testbed) Share() error {
	if tb.group == nil {
		return fmt.Errorf("observe others: %w: %s", testbed.ErrNotSupported, tb.info.Missing[testbed.FeatureProgram])
	}
	o := &others{}
	tb.others, tb.info.Shared = o, true
	err := o.open(tb.group, tb.workerProcesses())
	if err == nil {
		tb.untouched, err = lookUntouched()
	}
	if err != nil {
		return fmt.Errorf("observe others: %w", err)
	}
	return nil
}

func (o *others) open(testbeds *cgroup, workers []int) error {
	var err error
	if o.group, err = testbeds.group(); err != nil {
		return err
	}
	for _, worker := range workers {
		if err := o.group.add(worker); err != nil {
			return err
		}
	}
	id, err := testbeds.id()
	if err != nil {
		return err
	}
	spec, err := bpf.LoadOthers()
	if err != nil {
		return err
	}
	if err := spec.Variables[bpf.OthersVarGroup].Set(id); err != nil {
		return err
	}
	if err := spec.LoadAndAssign(&o.objects, nil); err != nil {
		return err
	}
	o.link, err = link.AttachRawTracepoint(link.RawTracepointOptions{Name: "sys_enter", Program: o.objects.CountCall})
	return err
}

// close must come after the end of the workers.
func (o *others) close() error {
	var errs []error
	if o.link != nil {
		errs = append(errs, o.link.Close())
	}
	errs = append(errs, o.objects.Close())
	if o.group != nil {
		errs = append(errs, o.group.remove())
	}
	return errors.Join(errs...)
}

// Others implements [testbed.Testbed].
func (tb *Testbed) Others(context.Context) (testbed.Others, error) {
	counts := make(testbed.Others)
	if tb.others == nil {
		return counts, nil
	}
	var execs, directories bpf.OthersActivity
	err := errors.Join(
		tb.others.objects.Execs.Get(&execs),
		tb.others.objects.Directories.Get(&directories),
	)
	counts[testbed.EventExec] = testbed.Activity{Count: execs.Count, Last: execs.Last}
	counts[testbed.EventMkdir] = testbed.Activity{Count: directories.Count, Last: directories.Last}
	if tb.disks != nil && err == nil {
		counts[testbed.EventRequest], err = tb.disks.observer.others()
	}
	if err != nil {
		return nil, fmt.Errorf("observe others: %w", err)
	}
	return counts, nil
}

// workerProcesses are the numbers of the workers' processes.
func (tb *Testbed) workerProcesses() []int {
	processes := []int{tb.parent.cmd.Process.Pid}
	for _, w := range tb.workers {
		processes = append(processes, w.cmd.Process.Pid)
	}
	return processes
}
