package submission

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// The limits on a submission.
const (
	maxFiles   = 200
	maxFile    = 8 << 20
	maxTotal   = 32 << 20
	maxEntries = 10_000 // with folders and what is ignored
)

const onlyTheWork = "Hand in the exercise's sources alone, without what was built from them and without other projects."

// store takes in the files of a submission, within the limits.
type store struct {
	root    *os.Root
	dir     string
	sums    map[string][sha256.Size]byte
	total   int64
	entries int
	ignored []Ignored
	// marker is the outermost marker, nil where there is none.
	marker      []byte
	markerDepth int
}

// newStore makes the folder dir.
func newStore(dir string) (*store, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &store{root: root, dir: dir, sums: make(map[string][sha256.Size]byte)}, nil
}

func (s *store) close() { s.root.Close() }

func (s *store) ignore(file, reason string) {
	s.ignored = append(s.ignored, Ignored{File: file, Reason: reason})
}

// entry counts an entry of whatever kind.
func (s *store) entry() error {
	if s.entries++; s.entries > maxEntries {
		return &Error{Reason: fmt.Sprintf("It has more than %d entries.", maxEntries), Help: onlyTheWork}
	}
	return nil
}

// add copies a file. Its name is clean, relative and has slashes.
func (s *store) add(file string, r io.Reader) error {
	if err := checkName(file); err != nil {
		return err
	}
	if path.Base(file) == MarkerName {
		return s.mark(file, r)
	}
	if len(s.sums) == maxFiles {
		return &Error{Reason: fmt.Sprintf("It has more than %d files.", maxFiles), Help: onlyTheWork}
	}
	if parent := path.Dir(file); parent != "." {
		if err := s.root.MkdirAll(parent, 0o755); err != nil {
			return s.clash(file, err)
		}
	}
	f, err := s.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return s.clash(file, err)
	}
	defer f.Close()
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, hash), io.LimitReader(r, maxFile+1))
	if err != nil {
		return err
	}
	if n > maxFile {
		return &Error{Reason: fmt.Sprintf("%s is larger than %d MiB.", safePath(file), maxFile>>20), Help: onlyTheWork}
	}
	if s.total += n; s.total > maxTotal {
		return &Error{Reason: fmt.Sprintf("It is larger than %d MiB in all.", maxTotal>>20), Help: onlyTheWork}
	}
	s.sums[file] = [sha256.Size]byte(hash.Sum(nil))
	return f.Close()
}

// clash explains that a file could not be made because of another.
func (s *store) clash(file string, err error) error {
	if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) {
		return &Error{
			Reason: fmt.Sprintf("It has two entries for %s.", safePath(file)),
			Help:   "Make the archive again, from a clean folder.",
		}
	}
	return err
}

// fill says in sub what was taken in. Folders that hold one folder and nothing
// else are left out of the names.
func (s *store) fill(sub *Submission) {
	for file := range s.sums {
		sub.Files = append(sub.Files, file)
	}
	slices.Sort(sub.Files)
	top := commonFolder(sub.Files)
	hash := sha256.New()
	for i, file := range sub.Files {
		sum := s.sums[file]
		if top != "" {
			file = strings.TrimPrefix(file, top+"/")
		}
		sub.Files[i] = file
		hash.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(file))))
		io.WriteString(hash, file)
		hash.Write(sum[:])
	}
	slices.SortFunc(s.ignored, func(a, b Ignored) int { return strings.Compare(a.File, b.File) })
	for _, ignored := range s.ignored {
		if top != "" {
			ignored.File = strings.TrimPrefix(ignored.File, top+"/")
		}
		sub.Ignored = append(sub.Ignored, ignored)
	}
	sub.Dir = filepath.Join(s.dir, filepath.FromSlash(top))
	sub.Hash = hex.EncodeToString(hash.Sum(nil))
	sub.marker = s.marker
}

// commonFolder returns the innermost folder that all files lie in, or "".
func commonFolder(files []string) string {
	if len(files) == 0 {
		return ""
	}
	common := path.Dir(files[0])
	for _, file := range files {
		for common != "." && !strings.HasPrefix(file, common+"/") {
			common = path.Dir(common)
		}
	}
	if common == "." {
		return ""
	}
	return common
}
