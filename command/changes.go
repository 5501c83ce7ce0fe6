package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"
)

const (
	// settle is how long after a change another one is waited for: an editor
	// saves in several steps.
	settle = 20 * time.Millisecond
	// pollEvery is how often is looked for changes where nothing tells of them.
	pollEvery = 300 * time.Millisecond
	// maxWatched bounds the files that are looked at.
	maxWatched = 2000
)

// watchPath tells of changes to a file, or to what is in a folder, until ctx
// ends. With poll it looks that often; with 0 only where the file system tells
// nothing.
func watchPath(ctx context.Context, path string, poll time.Duration) (<-chan struct{}, error) {
	events, stop, err := watchEvents(path)
	if poll > 0 || err != nil {
		stop()
		if poll == 0 {
			poll = pollEvery
		}
		events = nil
	}
	seen, err := signature(path)
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", path, cause(err))
	}
	changes := make(chan struct{}, 1)
	go func() {
		defer stop()
		var ticks <-chan time.Time
		if poll > 0 {
			ticker := time.NewTicker(poll)
			defer ticker.Stop()
			ticks = ticker.C
		}
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks:
			case _, ok := <-events:
				if !ok {
					events = nil
					continue
				}
				if !settled(ctx, events) {
					return
				}
			}
			now, err := signature(path)
			if err != nil || now == seen { // what is being replaced is there again soon
				continue
			}
			seen = now
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	}()
	return changes, nil
}

// settled waits until there are no more events. It is false when ctx ends.
func settled(ctx context.Context, events <-chan fsnotify.Event) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case _, ok := <-events:
			if !ok {
				return true
			}
		case <-time.After(settle):
			return true
		}
	}
}

var errNoEvents = errors.New("this file system tells nothing of changes made elsewhere")

// watchEvents asks the kernel to tell of changes. Stop ends that.
func watchEvents(path string) (events <-chan fsnotify.Event, stop func(), err error) {
	stop = func() {}
	dir, err := folderOf(path)
	if err != nil {
		return nil, stop, err
	}
	if elsewhere(dir) {
		return nil, stop, errNoEvents
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, stop, err
	}
	stop = func() { watcher.Close() }
	// Folders in it are few, and made rarely.
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name != dir && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		return watcher.Add(name)
	})
	return watcher.Events, stop, err
}

// elsewhere tells whether a folder is on a mount that others change without this
// kernel's knowing: over a network or from the host of a virtual machine. The
// numbers are those of statfs(2).
func elsewhere(dir string) bool {
	const virtiofs, vboxsf, cifs, smb2, ninep = 0x6a656a63, 0x786f4256, 0xff534d42, 0xfe534d42, 0x01021997
	var info unix.Statfs_t
	if unix.Statfs(dir, &info) != nil {
		return false
	}
	return slices.Contains([]int64{unix.NFS_SUPER_MAGIC, unix.FUSE_SUPER_MAGIC, virtiofs, vboxsf, cifs, smb2, ninep}, int64(uint32(info.Type)))
}

// signature is another one when a file has changed: names, sizes and times.
func signature(path string) (string, error) {
	var all strings.Builder
	files := 0
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil && name == path {
			return err
		}
		if err != nil {
			return nil
		}
		if entry.IsDir() && name != path && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if files++; files > maxWatched {
			return filepath.SkipAll
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			fmt.Fprintf(&all, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return all.String(), err
}
