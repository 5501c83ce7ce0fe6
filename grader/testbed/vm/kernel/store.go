package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Store keeps kernels, each in a folder of its own.
type Store struct {
	dir string
}

// The files of a store and of a kernel in it.
const (
	infoFile     = "kernel.json"
	imageFile    = "vmlinuz"
	modulesDir   = "modules"
	standardFile = "default"
	lockFile     = "lock"
	// unfinishedDir is the kernel that is being added.
	unfinishedDir = "unfinished"
)

// OpenStore opens the kernels below a folder.
func OpenStore(dir string) (*Store, error) {
	s := &Store{filepath.Join(dir, "kernels")}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for kernels: %w", err)
	}
	return s, nil
}

// List returns all kernels, oldest version first.
func (s *Store) List() ([]Kernel, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, "*", infoFile))
	if err != nil {
		return nil, err
	}
	var kernels []Kernel
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var k Kernel
		if err := json.Unmarshal(text, &k); err != nil {
			return nil, fmt.Errorf("read %s: %w (remove its folder and add the kernel again)", file, err)
		}
		// The folder may have been moved since.
		k.Image = filepath.Join(filepath.Dir(file), imageFile)
		k.Modules = filepath.Join(filepath.Dir(file), modulesDir)
		kernels = append(kernels, k)
	}
	slices.SortFunc(kernels, func(a, b Kernel) int { return compareVersions(a.Name, b.Name) })
	return kernels, nil
}

// Find returns a kernel: the default one for an empty word, the newest 6.12.*
// for "6.12", the newest of all for Newest, the one of that name or release, or,
// when the word can be none, the kernel whose image has that path. The error is
// a *NotFoundError when there is no such version, an *ImageError for a path.
func (s *Store) Find(word string) (Kernel, error) {
	if word != "" && word != Newest && !validName(word) {
		k, err := Open(word)
		if errors.Is(err, fs.ErrNotExist) && !strings.Contains(word, "/") {
			err = &ImageError{fmt.Errorf("%q: neither a version such as 6.12 nor a file", word)}
		}
		return k, err
	}
	kernels, err := s.List()
	if err != nil {
		return Kernel{}, err
	}
	if word == "" {
		return s.standard(kernels)
	}
	for _, k := range slices.Backward(kernels) {
		if matches(word, k.Name, k.Release) {
			return k, nil
		}
	}
	unknown := &NotFoundError{Version: word}
	for _, k := range kernels {
		unknown.Have = append(unknown.Have, k.Name)
	}
	return Kernel{}, unknown
}

// standard is the kernel that was added first, or the oldest when that is gone.
func (s *Store) standard(kernels []Kernel) (Kernel, error) {
	if len(kernels) == 0 {
		return Kernel{}, &NotFoundError{}
	}
	name, err := os.ReadFile(filepath.Join(s.dir, standardFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Kernel{}, err
	}
	for _, k := range kernels {
		if k.Name == strings.TrimSpace(string(name)) {
			return k, nil
		}
	}
	return kernels[0], nil
}

// lock keeps other processes from adding kernels until unlock is called.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	file, err := os.OpenFile(filepath.Join(s.dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if err != unix.EWOULDBLOCK {
			file.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, ctx.Err()
		case <-time.After(lockInterval):
		}
	}
}

// lockInterval is how often lock looks whether another process is done.
const lockInterval = 100 * time.Millisecond

// unfinished makes an empty folder for a kernel that is being added, and
// removes what a process that was killed has left. It wants the lock.
func (s *Store) unfinished() (string, error) {
	dir := filepath.Join(s.dir, unfinishedDir)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(filepath.Join(dir, "apt"), 0o700)
}

// keep moves an unpacked kernel into the store, whole or not at all. It wants
// the lock.
func (s *Store) keep(k Kernel, root string) (Kernel, error) {
	dir := filepath.Join(s.dir, unfinishedDir, "kernel")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return Kernel{}, err
	}
	// Newer packages have no link /lib any more, and the image in its folder.
	modules := filepath.Join(root, "lib/modules", k.Release)
	if _, err := os.Stat(modules); err != nil {
		modules = filepath.Join(root, "usr/lib/modules", k.Release)
	}
	image := filepath.Join(dir, imageFile)
	packed := filepath.Join(modules, "vmlinuz")
	if _, err := os.Stat(packed); err != nil {
		packed = filepath.Join(root, "boot", "vmlinuz-"+k.Release)
	}
	if err := os.Rename(packed, image); err != nil {
		return Kernel{}, err
	}
	release, err := imageRelease(image)
	if err != nil {
		return Kernel{}, err
	}
	if release != k.Release {
		return Kernel{}, fmt.Errorf("%s has the kernel %s, not %s", k.Origin, release, k.Release)
	}
	if err := os.Rename(modules, filepath.Join(dir, modulesDir)); err != nil {
		return Kernel{}, err
	}
	text, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return Kernel{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, infoFile), text, 0o600); err != nil {
		return Kernel{}, err
	}
	if err := os.Rename(dir, filepath.Join(s.dir, k.Name)); err != nil {
		return Kernel{}, err
	}
	standard := filepath.Join(s.dir, standardFile)
	if _, err := os.Stat(standard); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(standard, []byte(k.Name+"\n"), 0o600); err != nil {
			return Kernel{}, err
		}
	}
	return s.Find(k.Name)
}
