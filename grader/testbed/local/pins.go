package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// maxPins bounds how many pins are named.
const maxPins = 16

// pinned lists what a program has pinned in the BPF file system, where it can do
// so like everybody; see grantAccess.
func pinned() ([]testbed.Leftover, error) {
	var pins []testbed.Leftover
	err := filepath.WalkDir(bpffs, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			return nil
		case err != nil:
			return err
		case len(pins) == maxPins:
			return fs.SkipAll
		case entry.Type().IsRegular() && isNobodys(entry):
			pins = append(pins, testbed.Leftover{Kind: "pin", Name: path})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	return pins, nil
}

// unpin removes what a program has pinned, once its processes have ended.
func unpin() error {
	entries, err := os.ReadDir(bpffs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if isNobodys(entry) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(bpffs, entry.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("remove pins: %w", err)
	}
	return nil
}

func isNobodys(entry fs.DirEntry) bool {
	info, err := entry.Info()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == nobody
}
