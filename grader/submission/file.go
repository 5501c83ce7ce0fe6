package submission

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// format is what a single file is.
type format int

const (
	formatUnknown format = iota
	formatSource
	formatObject
	formatTarGz
	formatZip
)

// expected says what a submission looks like.
const expected = "Hand in a folder, a .tar.gz or .zip of one, prog.bpf.c or the object made from it."

// formatOf tells by the first bytes what a file is, and by its name where they
// do not say. Students rename archives, and call objects what they like.
func formatOf(name string, head []byte) format {
	name = strings.ToLower(name)
	switch {
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return formatObject
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return formatTarGz
	// An entry, or the end of an archive without entries.
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return formatZip
	case strings.HasSuffix(name, ".c"):
		return formatSource
	case strings.HasSuffix(name, ".o"):
		return formatObject
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return formatTarGz
	case strings.HasSuffix(name, ".zip"):
		return formatZip
	}
	return formatUnknown
}

// copyFile takes in one file, or what is in it when it is an archive. It says in
// sub which half a file is.
func (s *store) copyFile(file string, sub *Submission) error {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	if fi.Size() == 0 {
		return &Error{Reason: "The file is empty.", Help: expected}
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	base := filepath.Base(file)
	switch format := formatOf(base, head[:n]); format {
	case formatTarGz, formatZip:
		if fi.Size() > maxArchive {
			return &Error{Reason: fmt.Sprintf("The archive is larger than %d MiB.", maxArchive>>20), Help: onlyTheWork}
		}
		if format == formatZip {
			return s.copyZip(f, fi.Size())
		}
		return s.copyTarGz(f)
	case formatSource, formatObject:
		// Its own name may be anything, so it is kept only where it can be
		// part of a message.
		name := SafeName(base)
		if format == formatSource {
			sub.Source = name
		} else {
			sub.Object = name
		}
		return s.add(name, f)
	}
	return &Error{
		Reason: fmt.Sprintf("%s is neither C source, an object file, nor a .tar.gz or .zip archive.", safePath(base)),
		Help:   expected,
	}
}
