package submission

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
)

// cacheBytes is how much of what was built is kept.
const cacheBytes = 512 << 20

// cacheFormat changes when what is built from the same files does.
const cacheFormat = "1"

// cache keeps what was built from a source, in a folder from run to run, so
// that it need not be built again. Several processes may use the same folder.
type cache struct {
	// dir is empty where nothing is kept.
	dir string
}

// The files of an entry.
const (
	cachedProduct = "product"
	cachedLog     = "log"
)

// cacheKey names all that comes out of a compiler depends on: the submission's
// files, the compiler and its options, the folders that it reads, and whatever
// else is given. What is installed is known by size and time.
func cacheKey(s *Submission, command sandbox.Command, more ...string) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n%s\n%q\n", cacheFormat, s.Hash, more)
	for _, arg := range command.Args {
		// The submission's own folders have other names each time.
		if !strings.Contains(arg, s.scratch.Path) {
			fmt.Fprintf(hash, "%q\n", arg)
		}
	}
	for _, path := range slices.Concat([]string{command.Path}, command.ReadOnly, installedFiles) {
		if info, err := os.Stat(path); err == nil && path != s.Dir {
			fmt.Fprintf(hash, "%q %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	return hex.EncodeToString(hash.Sum(nil))[:32]
}

// installedFiles are new when the packages are to which they belong.
var installedFiles = []string{
	"/usr/include/bpf/bpf_helpers.h", "/usr/include/linux/bpf.h", "/usr/include/stdio.h",
	"/usr/lib/" + multiarch() + "/libbpf.a", "/usr/lib/" + multiarch() + "/libc.a",
}

// get copies what was built under a key to path, and returns what the compiler
// said. It tells whether there is something under the key.
func (c *cache) get(key, path string) (log string, found bool) {
	if c.dir == "" {
		return "", false
	}
	entry := filepath.Join(c.dir, key)
	text, err := os.ReadFile(filepath.Join(entry, cachedLog))
	if err != nil || copyFile(path, filepath.Join(entry, cachedProduct)) != nil {
		return "", false
	}
	now := time.Now()
	_ = os.Chtimes(entry, now, now)
	return string(text), true
}

// put keeps what was built, whole or not at all. What cannot be kept is built
// again.
func (c *cache) put(key, path, log string) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	unfinished, err := os.MkdirTemp(c.dir, unfinishedPrefix)
	if err != nil {
		return
	}
	defer os.RemoveAll(unfinished)
	err = errors.Join(
		copyFile(filepath.Join(unfinished, cachedProduct), path),
		os.WriteFile(filepath.Join(unfinished, cachedLog), []byte(log), 0o600),
	)
	if err == nil {
		_ = os.Rename(unfinished, filepath.Join(c.dir, key))
	}
	c.prune()
}

const (
	unfinishedPrefix = "unfinished-"
	// unfinishedAge is more than it takes to make an entry.
	unfinishedAge = time.Hour
)

// prune removes the entries that were not used for longest, until the rest is
// small enough.
func (c *cache) prune() {
	type kept struct {
		path  string
		used  time.Time
		bytes int64
	}
	entries, _ := os.ReadDir(c.dir)
	var all []kept
	for _, entry := range entries {
		path := filepath.Join(c.dir, entry.Name())
		info, err := entry.Info()
		product, productErr := os.Stat(filepath.Join(path, cachedProduct))
		if err == nil && productErr != nil && time.Since(info.ModTime()) > unfinishedAge {
			os.RemoveAll(path) // whoever made it was killed
		}
		if err != nil || productErr != nil {
			continue
		}
		all = append(all, kept{path, info.ModTime(), product.Size()})
	}
	slices.SortFunc(all, func(a, b kept) int { return cmp.Compare(b.used.UnixNano(), a.used.UnixNano()) })
	var sum int64
	for _, k := range all {
		if sum += k.bytes; sum > cacheBytes {
			os.RemoveAll(k.path)
		}
	}
}

func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	if info, err := source.Stat(); err != nil || !info.Mode().IsRegular() {
		return cmp.Or(err, error(&fs.PathError{Op: "copy", Path: from, Err: fs.ErrInvalid}))
	}
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
