package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// access is what an ordinary user needs to attach programs and does not have:
// the ids of tracepoints, perf events, and a place to pin. The kernel's settings
// are changed until it is revoked.
type access struct {
	modes    []fileMode
	paranoid string
}

type fileMode struct {
	path string
	mode fs.FileMode
}

// paranoidFile says how much an ordinary user may do with perf events; with 3,
// a patch of Debian's, nothing at all, whatever the privileges.
const (
	paranoidFile = "/proc/sys/kernel/perf_event_paranoid"
	maxParanoid  = 2
)

// grantAccess lets everybody read the ids of tracepoints, and nothing else of
// tracefs: its folders can be passed, not listed. Everybody can pin in the BPF
// file system, and remove what is their own.
func grantAccess() (*access, error) {
	root, err := tracefs()
	if err != nil {
		return nil, err
	}
	a := &access{}
	if err := a.grant(root); err != nil {
		return nil, errors.Join(err, a.revoke())
	}
	return a, nil
}

func (a *access) grant(root string) error {
	text, err := os.ReadFile(paranoidFile)
	if err != nil {
		return err
	}
	a.paranoid = strings.TrimSpace(string(text))
	if level, err := strconv.Atoi(a.paranoid); err != nil || level > maxParanoid {
		if err := os.WriteFile(paranoidFile, []byte(strconv.Itoa(maxParanoid)), 0); err != nil {
			return err
		}
	}
	if err := a.allow(bpffs, fs.ModeSticky|0o777); err != nil {
		return err
	}
	ids, err := filepath.Glob(filepath.Join(root, "events/*/*/id"))
	if err != nil {
		return err
	}
	folders := map[string]bool{root: true, filepath.Join(root, "events"): true}
	for _, id := range ids {
		folders[filepath.Dir(id)], folders[filepath.Dir(filepath.Dir(id))] = true, true
		if err := a.allow(id, 0o444); err != nil {
			return err
		}
	}
	for folder := range folders {
		if err := a.allow(folder, 0o711); err != nil {
			return err
		}
	}
	return nil
}

// allow adds permissions to a file, and remembers what it had.
func (a *access) allow(path string, mode fs.FileMode) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) { // events come and go with modules
		return nil
	}
	if err != nil {
		return err
	}
	had := info.Mode() & (fs.ModePerm | fs.ModeSticky)
	if had&mode == mode {
		return nil
	}
	a.modes = append(a.modes, fileMode{path, had})
	return os.Chmod(path, had|mode)
}

// revoke puts everything back.
func (a *access) revoke() error {
	var errs []error
	for _, m := range a.modes {
		if err := os.Chmod(m.path, m.mode); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if a.paranoid != "" {
		if err := os.WriteFile(paranoidFile, []byte(a.paranoid), 0); err != nil {
			errs = append(errs, fmt.Errorf("restore perf_event_paranoid: %w", err))
		}
	}
	a.modes, a.paranoid = nil, ""
	return errors.Join(errs...)
}
