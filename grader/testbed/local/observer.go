package local

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"

	"github.com/bpfgrade/bpfgrade/bpf"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// observer sees the requests that disks start.
type observer struct {
	objects bpf.RequestsObjects
	link    link.Link
}

// observeDisks begins to observe the requests of the testbed's disks.
func observeDisks(disks []*disk) (*observer, error) {
	var numbers [testbed.Disks]uint32
	for i, d := range disks {
		numbers[i] = d.Number
	}
	spec, err := bpf.LoadRequests()
	if err != nil {
		return nil, err
	}
	if err := spec.Variables[bpf.RequestsVarDisks].Set(numbers); err != nil {
		return nil, err
	}
	o := &observer{}
	if err := spec.LoadAndAssign(&o.objects, nil); err != nil {
		return nil, fmt.Errorf("load observer of requests: %w", err)
	}
	o.link, err = link.Kprobe("blk_mq_start_request", o.objects.ObserveRequest, nil)
	if err != nil {
		o.objects.Close()
		return nil, fmt.Errorf("attach observer of requests: %w", err)
	}
	return o, nil
}

// take returns the requests seen since the last call, oldest first.
func (o *observer) take() ([]bpf.RequestsObservedRequest, error) {
	var all []bpf.RequestsObservedRequest
	for {
		var request bpf.RequestsObservedRequest
		err := o.objects.ObservedRequests.LookupAndDelete(nil, &request)
		if errors.Is(err, ebpf.ErrKeyNotExist) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("take observed requests: %w", err)
		}
		all = append(all, request)
	}
}

// others are the requests of other disks.
func (o *observer) others() (a testbed.Activity, err error) {
	err = errors.Join(
		o.objects.OtherRequests.Get(&a.Count),
		o.objects.LastOtherRequest.Get(&a.Last),
	)
	return a, err
}

func (o *observer) close() {
	o.link.Close()
	o.objects.Close()
}
