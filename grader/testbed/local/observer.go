package local

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/bpf"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// observer sees the requests that one disk starts.
type observer struct {
	objects bpf.RequestsObjects
	link    link.Link
}

// observeDisk begins to observe the requests of an open block device.
func observeDisk(fd int) (*observer, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, err
	}
	spec, err := bpf.LoadRequests()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		spec.Variables[bpf.RequestsVarDiskMajor].Set(int32(unix.Major(stat.Rdev))),
		spec.Variables[bpf.RequestsVarDiskMinor].Set(int32(unix.Minor(stat.Rdev))),
	)
	if err != nil {
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
