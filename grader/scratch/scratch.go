// Package scratch makes folders for what a process needs for a while. Whoever
// makes one removes it; when the process was killed, the next one does.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// prefix begins the name of each process's folder.
	prefix = "bpfgrade-"
	// lockFile is locked from the moment it has this name until the process
	// ends, however it ends.
	lockFile = "lock"
	// youth is how old a process's folder without a lock file may be and still
	// be about to get one.
	youth = time.Hour
)

// Dir is a private folder.
type Dir struct {
	// Path is absolute.
	Path string
	// Remove removes the folder and all that is in it. It may be called again.
	Remove func() error
}

// sweep removes dead folders once in each process.
var sweep = sync.OnceFunc(func() { removeDead(os.TempDir()) })

// New makes an empty folder below the folder for temporary files. Kind is a part
// of its name that tells a person what it is for.
func New(kind string) (*Dir, error) {
	sweep()
	return ours.dir(os.TempDir(), kind)
}

// ours are the homes of this process.
var ours homes

// homes are the folders of a process, by the folder for temporary files in which
// each is. All that the process makes there is in it, so that there is one lock
// for it all. It goes with the last of what is in it.
type homes struct {
	mu sync.Mutex
	in map[string]*home
}

type home struct {
	path string
	lock *os.File
	// dirs is how many are in it.
	dirs int
}

// dir makes a folder below parent.
func (h *homes) dir(parent, kind string) (*Dir, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	own := h.in[parent]
	if own == nil {
		var err error
		if own, err = newHome(parent); err != nil {
			return nil, err
		}
		if h.in == nil {
			h.in = make(map[string]*home)
		}
		h.in[parent] = own
	}
	own.dirs++
	path, err := os.MkdirTemp(own.path, kind+"-")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make folder: %w", err), h.leave(parent))
	}
	return &Dir{Path: path, Remove: sync.OnceValue(func() error {
		err := os.RemoveAll(path)
		h.mu.Lock()
		defer h.mu.Unlock()
		return errors.Join(err, h.leave(parent))
	})}, nil
}

// leave counts a folder less, of which the last takes the home with it.
func (h *homes) leave(parent string) error {
	own := h.in[parent]
	own.dirs--
	if own.dirs > 0 {
		return nil
	}
	delete(h.in, parent)
	return own.remove()
}

func newHome(parent string) (_ *home, err error) {
	path, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	h := &home{path: path}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.remove())
		}
	}()
	if h.path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	// The file is locked before it can be found, so that its lock is never
	// free while this process lives.
	unlocked := filepath.Join(h.path, "un"+lockFile+"ed")
	if h.lock, err = os.OpenFile(unlocked, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	if err := unix.Flock(int(h.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fmt.Errorf("lock folder %s: %w", h.path, err)
	}
	if err := os.Rename(unlocked, filepath.Join(h.path, lockFile)); err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	return h, nil
}

func (h *home) remove() error {
	err := os.RemoveAll(h.path)
	if h.lock != nil {
		err = errors.Join(err, h.lock.Close())
	}
	return err
}

// removeDead removes the folders of processes that are no more. It leaves alone
// what it may not touch.
func removeDead(parent string) {
	paths, _ := filepath.Glob(filepath.Join(parent, prefix+"*"))
	for _, path := range paths {
		if info, err := os.Lstat(path); err == nil && info.IsDir() && dead(path, info) {
			os.RemoveAll(path)
		}
	}
}

func dead(path string, info fs.FileInfo) bool {
	lock, err := os.OpenFile(filepath.Join(path, lockFile), os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Since(info.ModTime()) > youth
	}
	if err != nil {
		return false
	}
	defer lock.Close()
	return unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
