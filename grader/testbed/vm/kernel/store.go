package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Store keeps kernels, each in a folder of its own.
type Store struct {
	dir string
}

// The files of a store and of a kernel in it. info is written last: a folder
// without it is no kernel.
const (
	infoFile     = "kernel.json"
	imageFile    = "vmlinuz"
	modulesDir   = "modules"
	standardFile = "default"
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
// for "6.12", the one of that name or release, or, when the word has a slash,
// the kernel whose image has that path. The error is a *NotFoundError when
// there is none.
func (s *Store) Find(word string) (Kernel, error) {
	if strings.Contains(word, "/") {
		return Open(word)
	}
	kernels, err := s.List()
	if err != nil {
		return Kernel{}, err
	}
	if word == "" {
		return s.standard(kernels)
	}
	unknown := &NotFoundError{Version: word}
	for _, k := range slices.Backward(kernels) {
		if k.matches(word) {
			return k, nil
		}
		unknown.Have = append(unknown.Have, k.Name)
	}
	return Kernel{}, unknown
}

// matches tells whether a word means the kernel.
func (k Kernel) matches(word string) bool {
	return k.Name == word || strings.HasPrefix(k.Name, word+".") ||
		k.Release == word || strings.HasPrefix(k.Release, word+"-")
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

// keep moves an unpacked kernel into the store. The folder dir holds image and
// modules and lies beside the store's kernels.
func (s *Store) keep(k Kernel, dir string) (Kernel, error) {
	text, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return Kernel{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, infoFile), text, 0o600); err != nil {
		return Kernel{}, err
	}
	target := filepath.Join(s.dir, k.Name)
	if err := os.RemoveAll(target); err != nil {
		return Kernel{}, err
	}
	if err := os.Rename(dir, target); err != nil {
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
