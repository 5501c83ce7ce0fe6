package local

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// diskSize is how much of a disk is used, in bytes.
const diskSize = 16 << 20

// makeLoopDisk makes a loop device over a file in memory, so that no other
// disk sees its requests. The device is released by detach, and by the kernel
// when the process ends without it.
func makeLoopDisk() (path string, detach func(), err error) {
	mem, err := unix.MemfdCreate("bpfgrade-disk", unix.MFD_CLOEXEC)
	if err != nil {
		return "", nil, fmt.Errorf("create memory file: %w", err)
	}
	defer unix.Close(mem)
	if err := unix.Ftruncate(mem, diskSize); err != nil {
		return "", nil, fmt.Errorf("size memory file: %w", err)
	}

	control, err := unix.Open("/dev/loop-control", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", nil, fmt.Errorf("%w: loop devices: %w", testbed.ErrNotSupported, err)
	}
	defer unix.Close(control)

	// Somebody else may take the device between the two calls; try the next.
	for range 16 {
		n, err := unix.IoctlRetInt(control, unix.LOOP_CTL_GET_FREE)
		if err != nil {
			return "", nil, fmt.Errorf("find free loop device: %w", err)
		}
		path := fmt.Sprintf("/dev/loop%d", n)
		dev, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return "", nil, err
		}
		config := unix.LoopConfig{
			Fd:   uint32(mem),
			Size: 0,
			Info: unix.LoopInfo64{Flags: unix.LO_FLAGS_AUTOCLEAR},
		}
		err = unix.IoctlLoopConfigure(int(dev.Fd()), &config)
		if err == unix.EBUSY {
			dev.Close()
			continue
		}
		if err != nil {
			dev.Close()
			return "", nil, fmt.Errorf("configure %s: %w", path, err)
		}
		// With autoclear the device goes when its last user closes it.
		return path, func() { dev.Close() }, nil
	}
	return "", nil, fmt.Errorf("%w: every loop device is in use", testbed.ErrNotSupported)
}
