package vm

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// A working folder holds the sockets and consoles of one process's machines.
// It has a lock for as long as the process lives; one whose lock is free was
// left by a process that was killed.
const (
	workDirPattern = "bpfgrade-vm-"
	workDirLock    = "lock"
	// maxSocketPath is the longest path of a socket, see unix(7).
	maxSocketPath = 107
)

type workDir struct {
	path string
	lock *flock.Flock
}

// openWorkDir makes a working folder and removes those of dead processes.
func openWorkDir() (*workDir, error) {
	removeDeadWorkDirs()
	path, err := os.MkdirTemp("", workDirPattern)
	if err != nil {
		return nil, fmt.Errorf("make working folder: %w", err)
	}
	if longest := len(path) + len("/0123456789/") + len(monitorSocket); longest > maxSocketPath {
		os.Remove(path)
		return nil, fmt.Errorf("make working folder: %s is too long for a socket; set TMPDIR to a shorter path", path)
	}
	w := &workDir{path: path, lock: flock.New(filepath.Join(path, workDirLock))}
	if err := w.lock.Lock(); err != nil {
		os.RemoveAll(path)
		return nil, fmt.Errorf("lock working folder: %w", err)
	}
	return w, nil
}

func (w *workDir) close() {
	os.RemoveAll(w.path)
	_ = w.lock.Close()
}

// removeDeadWorkDirs leaves alone what it may not touch.
func removeDeadWorkDirs() {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), workDirPattern+"*"))
	for _, path := range paths {
		file := filepath.Join(path, workDirLock)
		if _, err := os.Stat(file); err != nil {
			continue // just being made
		}
		lock := flock.New(file)
		if free, err := lock.TryLock(); err == nil && free {
			os.RemoveAll(path)
		}
		_ = lock.Close()
	}
}
