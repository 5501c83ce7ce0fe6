// Package agent is the first process of a guest: it gets the kernel ready and
// offers a testbed on a virtio port.
package agent

import (
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed/local"
	"github.com/bpfgrade/bpfgrade/grader/testbed/rpc"
)

// IsInit tells whether this process is the init of a guest, in which case the
// program has nothing to do but call [Run].
func IsInit() bool {
	return os.Getpid() == 1 && len(os.Args) > 0 && os.Args[0] == "/init"
}

// Run serves the testbed of this guest until the machine is taken away. Before
// that it calls each of prepare. It returns only when the guest could not be got
// ready; the kernel then panics, which the host sees with the reason.
func Run(prepare ...func(*local.Testbed) error) error {
	if err := mountAll(); err != nil {
		return err
	}
	if err := loadModules("/modules"); err != nil {
		return err
	}
	port, err := openPort(PortName)
	if err != nil {
		return err
	}
	tb, err := local.Open()
	if err != nil {
		return err
	}
	tb.AllowPrograms()
	for _, f := range prepare {
		if err := f(tb); err != nil {
			return err
		}
	}
	if err := sleepUntil(fourBytes); err != nil {
		return err
	}
	// Collecting garbage costs more here than the memory is worth: a guest
	// lives for one submission.
	debug.SetGCPercent(400)
	for {
		if err := rpc.Serve(port.session(), tb); err != nil {
			return err
		}
	}
}

// fourBytes is when the monotonic clock, in nanoseconds, is more than 4 bytes
// hold. A program that cuts times would be right until then, and a machine can
// boot in less.
const fourBytes = 1<<32 + 1

// sleepUntil sleeps until the monotonic clock shows a time in nanoseconds.
func sleepUntil(ns int64) error {
	until := unix.NsecToTimespec(ns)
	for {
		err := unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &until, nil)
		if err != unix.EINTR {
			return os.NewSyscallError("clock_nanosleep", err)
		}
	}
}
