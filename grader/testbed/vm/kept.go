package vm

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

// finish says of a template that it is complete.
func finish(dir string) error {
	sizes, err := fileSizes(dir)
	if err != nil {
		return err
	}
	text, err := json.Marshal(sizes)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, completeFile), text, 0o600)
}

// fileSizes are the sizes, in bytes, of a template's files but for complete.
func fileSizes(dir string) (map[string]int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	sizes := make(map[string]int64)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return nil, err
		}
		if entry.Name() != completeFile {
			sizes[entry.Name()] = info.Size()
		}
	}
	return sizes, nil
}

// intact tells whether a template was completed and its files are as large as
// they were then: a disk that was full or a machine that was switched off can
// leave less of them.
func intact(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, completeFile))
	if err != nil {
		return false
	}
	var want map[string]int64
	if json.Unmarshal(text, &want) != nil {
		return false
	}
	got, err := fileSizes(dir)
	return err == nil && maps.Equal(got, want)
}

// use keeps a template from being removed until the lock is closed. The lock is
// nil when the template is of no use. The caller holds the lock of those who
// make the template.
func use(dir string) (*flock.Flock, error) {
	if !intact(dir) {
		return nil, nil
	}
	complete := filepath.Join(dir, completeFile)
	lock := lockInUse(complete)
	if shared, err := lock.TryRLock(); err != nil || !shared {
		return nil, errors.Join(fmt.Errorf("lock template %s", dir), err, lock.Close())
	}
	now := time.Now()
	if err := os.Chtimes(complete, now, now); err != nil {
		return nil, errors.Join(fmt.Errorf("use template: %w", err), lock.Close())
	}
	return lock, nil
}

// lockInUse is the lock that the users of a template share. It makes no file.
func lockInUse(complete string) *flock.Flock {
	return flock.New(complete, flock.SetFlag(os.O_RDONLY))
}

// Templates are removed when nobody has used them for long, and all but the
// newest few once nobody can be about to use them: each build of the agent has
// a template of its own. Those that are in use stay.
const (
	templateAge   = 30 * 24 * time.Hour
	templateRest  = time.Hour
	keptTemplates = 8
)

// prune removes templates that are not worth their room, and those whose maker
// was killed.
func prune(root string) {
	type used struct {
		dir   string
		since time.Duration
	}
	entries, _ := os.ReadDir(root)
	var templates []used
	for _, entry := range entries {
		dir := filepath.Join(root, entry.Name())
		if info, err := os.Stat(filepath.Join(dir, completeFile)); err == nil {
			templates = append(templates, used{dir, time.Since(info.ModTime())})
		} else if entry.IsDir() {
			discard(dir, false)
		}
	}
	slices.SortFunc(templates, func(a, b used) int { return cmp.Compare(a.since, b.since) })
	for i, t := range templates {
		if t.since > templateAge || i >= keptTemplates && t.since > templateRest {
			discard(t.dir, true)
		}
	}
}

// discard removes a template unless somebody makes it or uses it, or has
// completed it since it was found not to be.
func discard(dir string, complete bool) {
	making := flock.New(dir + ".lock")
	defer making.Close()
	if free, err := making.TryLock(); err != nil || !free {
		return
	}
	using := lockInUse(filepath.Join(dir, completeFile))
	defer using.Close()
	free, err := using.TryLock()
	if complete && free || !complete && errors.Is(err, fs.ErrNotExist) {
		os.RemoveAll(dir)
	}
}
