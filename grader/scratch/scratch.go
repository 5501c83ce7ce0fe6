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
	// prefix begins the name of each folder.
	prefix = "bpfgrade-"
	// lockFile is locked from the moment it has this name until the process
	// ends, however it ends.
	lockFile = "lock"
	// youth is how old a folder without a lock file may be and still be about
	// to get one.
	youth = time.Hour
)

// Dir is a private folder.
type Dir struct {
	// Path is absolute.
	Path string
	lock *os.File
}

// sweep removes dead folders once in each process.
var sweep = sync.OnceFunc(func() { removeDead(os.TempDir()) })

// New makes an empty folder in the folder for temporary files, but for its
// lock. Kind is a part of its name that tells a person what it is for.
func New(kind string) (*Dir, error) {
	sweep()
	return newIn(os.TempDir(), kind)
}

func newIn(parent, kind string) (_ *Dir, err error) {
	path, err := os.MkdirTemp(parent, prefix+kind+"-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	d := &Dir{Path: path}
	defer func() {
		if err != nil {
			d.Remove()
		}
	}()
	if d.Path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	// The file is locked before it can be found, so that its lock is never
	// free while this process lives.
	unlocked := filepath.Join(d.Path, "un"+lockFile+"ed")
	if d.lock, err = os.OpenFile(unlocked, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	if err := unix.Flock(int(d.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fmt.Errorf("lock folder %s: %w", d.Path, err)
	}
	if err := os.Rename(unlocked, filepath.Join(d.Path, lockFile)); err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	return d, nil
}

// Remove removes the folder and all that is in it.
func (d *Dir) Remove() error {
	err := os.RemoveAll(d.Path)
	if d.lock != nil {
		d.lock.Close()
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
