package local

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// mountTemp makes a folder on a file system of its own, from which files can be
// executed, wherever temporary files are kept.
func mountTemp(name, options string) (string, error) {
	dir, err := os.MkdirTemp("", "bpfgrade-"+name+"-")
	if err != nil {
		return "", err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		os.Remove(dir)
		return "", fmt.Errorf("mount %s: %w", dir, err)
	}
	return dir, nil
}

// unmountTemp removes such a folder and all that is in it.
func unmountTemp(dir string) error {
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount %s: %w", dir, err)
	}
	return os.Remove(dir)
}

// removeTemp removes the folder with a name, if there is one, and forgets the
// name.
func removeTemp(dir *string) error {
	if *dir == "" {
		return nil
	}
	was := *dir
	*dir = ""
	return unmountTemp(was)
}

// writeExecutable writes a file that will be executed. Nothing is started
// meanwhile: a process that has just been forked would hold the file open for
// writing until it executes, and nobody could execute the file.
func writeExecutable(path string, data []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, data, 0o555)
}
