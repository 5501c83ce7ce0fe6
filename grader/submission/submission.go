// Package submission opens what a student hands in and builds it.
//
// A submission is a folder, a .tar.gz, .tgz or .zip of one, or one file. Its
// BPF half is prog.bpf.c, or prebuilt prog.bpf.o. Both the files and what is in
// them may be hostile: Open copies plain files alone, within limits, into a
// folder of its own, and Builder compiles them in a sandbox.
package submission

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/scratch"
)

// Submission is an opened submission. Its paths of files are relative to Dir,
// with slashes.
type Submission struct {
	// Name is the name of the file or folder without an archive's suffix, safe
	// to print.
	Name string
	// Path is what was opened.
	Path string
	// Dir is a private folder with the submission's files. Close removes it.
	Dir string
	// Source is the BPF half's source, Object the prebuilt one. Exactly one of
	// them is set.
	Source, Object string
	// ProgramSource is the user-space half's source, prog.c, Program the
	// prebuilt one, prog. At most one of them is set.
	ProgramSource, Program string
	// Files are all files, sorted.
	Files []string
	// Ignored are entries that were left out, such as links to elsewhere.
	Ignored []Ignored
	// Hash is the SHA-256 of the files' names and contents, in hexadecimal.
	Hash string

	marker  []byte
	scratch *scratch.Dir
}

// Ignored is an entry that was left out of a submission.
type Ignored struct {
	// File is its name in the submission.
	File string
	// Reason is a clause such as "it is a device".
	Reason string
}

// Error says that there is no submission in what was handed in: the student's
// fault.
type Error struct {
	// Path is what was opened.
	Path string
	// Reason says what is wrong, in one sentence or more, Help what to do.
	Reason, Help string
}

func (e *Error) Error() string {
	return fmt.Sprintf("open submission %s: %s", safePath(e.Path), e.Reason)
}

// Open opens the submission at path. The error is an *Error when what is there
// is no submission. Otherwise it is the caller's or the machine's: nothing is
// there (fs.ErrNotExist), it may not be read (fs.ErrPermission), the disk is
// full.
func Open(path string) (*Submission, error) {
	s, err := open(path)
	if err != nil {
		var own *Error
		if errors.As(err, &own) {
			own.Path = path
			return nil, own
		}
		return nil, fmt.Errorf("open submission: %w", err)
	}
	return s, nil
}

func open(path string) (_ *Submission, err error) {
	// What cannot be opened is known before anything is made.
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	own, err := scratch.New("submission")
	if err != nil {
		return nil, err
	}
	s := &Submission{Path: path, Dir: filepath.Join(own.Path, "files"), scratch: own}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	files, err := newStore(s.Dir)
	if err != nil {
		return nil, err
	}
	defer files.close()

	s.Name = Name(absolute, fi)
	switch {
	case fi.IsDir():
		err = files.copyFolder(absolute)
	case fi.Mode().IsRegular():
		err = files.copyFile(absolute, s)
	default:
		return nil, &Error{
			Reason: fmt.Sprintf("It is a %s.", kind(fi.Mode())),
			Help:   "Hand in a folder, a .tar.gz or .zip of one, prog.bpf.c or an object file.",
		}
	}
	if err != nil {
		return nil, err
	}
	files.fill(s)
	if s.Source+s.Object == "" {
		if err := s.choose(); err != nil {
			return nil, err
		}
	}
	return s, s.check()
}

// Name returns the name of the submission at an absolute path: that of the file
// or folder without an archive's suffix, safe to print.
func Name(path string, fi fs.FileInfo) string {
	base := filepath.Base(path)
	if fi.Mode().IsRegular() {
		base = trimArchiveSuffix(base)
	}
	return SafeName(base)
}

// Close removes the submission's files and whatever was built from them.
func (s *Submission) Close() error { return s.scratch.Remove() }

// kind names what is neither a file nor a folder.
func kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// archiveSuffixes are those that a name loses.
var archiveSuffixes = []string{".tar.gz", ".tgz", ".zip"}

// IsArchive tells by its name whether a file is an archive that can be opened.
func IsArchive(name string) bool { return trimArchiveSuffix(name) != name }

func trimArchiveSuffix(name string) string {
	lower := strings.ToLower(name)
	for _, suffix := range archiveSuffixes {
		if strings.HasSuffix(lower, suffix) && len(lower) == len(name) {
			return name[:len(name)-len(suffix)]
		}
	}
	return name
}
