// Command busyagent is the first process of a guest that is never quiet: like
// the agent it offers a testbed, on a kernel on which others execute programs,
// make folders and write to a disk all the time. It is for tests.
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed/agent"
	"github.com/bpfgrade/bpfgrade/grader/testbed/local"
)

func main() {
	if !agent.IsInit() {
		return // it is what others execute
	}
	fmt.Fprintln(os.Stderr, agent.Run(share))
	os.Exit(1)
}

// share has the testbed see the others, and starts them.
func share(tb *local.Testbed) error {
	if err := tb.Share(); err != nil {
		return err
	}
	write, err := writer("/dev/vdc")
	if err != nil {
		return err
	}
	// Pauses are as much longer than what is done as it takes longer on a slow
	// host.
	for _, other := range []struct {
		do    func()
		pause time.Duration
	}{
		{failingCalls, 300},
		{func() { _ = exec.Command("/init").Run() }, 40},
		{write, 300},
	} {
		go func() {
			for {
				begin := time.Now()
				other.do()
				time.Sleep(rand.N(2 * other.pause * time.Since(begin)))
			}
		}()
	}
	return nil
}

// failingCalls makes some of the calls that exercises count.
func failingCalls() {
	nowhere := []byte("/nowhere/at/all\x00")
	path := uintptr(unsafe.Pointer(&nowhere[0]))
	at := unix.AT_FDCWD
	for range 5 + rand.IntN(10) {
		_, _, _ = unix.Syscall(unix.SYS_EXECVE, path, 0, 0)
		_, _, _ = unix.Syscall6(unix.SYS_EXECVEAT, uintptr(at), path, 0, 0, 0, 0)
		_, _, _ = unix.Syscall(unix.SYS_MKDIR, path, 0o755, 0)
		_, _, _ = unix.Syscall(unix.SYS_MKDIRAT, uintptr(at), path, 0o755)
	}
}

// writer returns a function that makes some requests to a disk.
func writer(disk string) (func(), error) {
	const block = 4096
	fd, err := unix.Open(disk, unix.O_WRONLY|unix.O_DIRECT, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", disk, err)
	}
	data, err := unix.Mmap(-1, 0, block, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("map buffer: %w", err)
	}
	return func() {
		for range 5 + rand.IntN(10) {
			_, _ = unix.Pwrite(fd, data, block*rand.Int64N(16))
		}
	}, nil
}
