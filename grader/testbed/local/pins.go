package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// pinFolder is a BPF file system of a program's own, which stands where every
// program looks for one and holds what the program pins.
type pinFolder struct{ root *os.File }

// startWithPins starts a command in a mount namespace in which a BPF file system
// that is nobody else's is mounted. It belongs to the user nobody.
func startWithPins(cmd *exec.Cmd) (pins *pinFolder, err error) {
	started := make(chan struct{})
	go func() {
		defer close(started)
		// The thread is not unlocked, so that it ends with the goroutine: what
		// it shares with others is no longer the same.
		runtime.LockOSThread()
		pins, err = startApart(cmd)
	}()
	<-started
	return pins, err
}

// startApart starts a command with the calling thread in a mount namespace of
// their own. The thread goes back before it returns: the first thread of a
// process does not end before the process does, and would keep the file system.
func startApart(cmd *exec.Cmd) (pins *pinFolder, err error) {
	home, err := os.Open("/proc/thread-self/ns/mnt")
	if err != nil {
		return nil, err
	}
	defer home.Close()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return nil, fmt.Errorf("make mount namespace: %w", err)
	}
	defer func() {
		if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNS); back != nil {
			err = errors.Join(err, fmt.Errorf("leave mount namespace: %w", back))
		}
		if err != nil && pins != nil {
			pins.close()
			pins = nil
		}
	}()
	if pins, err = mountPins(); err != nil {
		return nil, err
	}
	return pins, cmd.Start()
}

// mountPins mounts a BPF file system for the calling thread's namespace alone.
func mountPins() (*pinFolder, error) {
	// Nothing that is mounted here is seen outside.
	if err := unix.Mount("", "/", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return nil, fmt.Errorf("separate mounts: %w", err)
	}
	if err := unix.Mount("bpf", bpffs, "bpf", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=0755"); err != nil {
		return nil, fmt.Errorf("mount BPF file system: %w", err)
	}
	root, err := os.Open(bpffs)
	if err == nil {
		err = root.Chown(nobody, nobody)
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return &pinFolder{root}, nil
}

// maxPins bounds how many pins are named.
const maxPins = 16

// pinned lists what is pinned, by the names that the program knows.
func (p *pinFolder) pinned() ([]testbed.Leftover, error) {
	var pins []testbed.Leftover
	root := fmt.Sprintf("/proc/self/fd/%d/", p.root.Fd())
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			return nil
		case err != nil:
			return err
		case len(pins) == maxPins:
			return fs.SkipAll
		case entry.Type().IsRegular():
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			pins = append(pins, testbed.Leftover{Kind: "pin", Name: filepath.Join(bpffs, name)})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	return pins, nil
}

// close lets go of all that is pinned, once no process of the program is left.
func (p *pinFolder) close() error { return p.root.Close() }

// unpin lets go of what the program has pinned, once its processes have ended.
func (p *program) unpin() error {
	if p.pins == nil {
		return nil
	}
	pins := p.pins
	p.pins = nil
	return pins.close()
}
