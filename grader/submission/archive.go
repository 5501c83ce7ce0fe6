package submission

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// The limits on archives, beyond those on the files in them.
const (
	maxArchive   = 32 << 20
	maxInflated  = 256 << 20 // what a .tar.gz decompresses to, with what is ignored
	maxDirectory = 4 << 20   // what archive/zip reads before the first file
)

const makeItAgain = "Make the archive again and try to unpack it yourself before you hand it in."

// errInflated ends the reading of a .tar.gz.
var errInflated = errors.New("decompresses to too much")

// broken explains an error of an archive's reader.
func broken(err error) error {
	var own *Error
	var disk *fs.PathError
	switch {
	case err == nil || errors.As(err, &own):
		return err
	case errors.Is(err, errInflated):
		return &Error{Reason: fmt.Sprintf("It decompresses to more than %d MiB.", maxInflated>>20), Help: onlyTheWork}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Error{Reason: "The archive is broken: it ends too early.", Help: makeItAgain}
	case errors.Is(err, zip.ErrAlgorithm):
		return &Error{Reason: "The archive is compressed by a method other than deflate.", Help: "Make an ordinary .zip or .tar.gz."}
	case errors.As(err, &disk):
		return err
	}
	return &Error{Reason: "The archive is broken: " + safeText(err.Error()) + ".", Help: makeItAgain}
}

// inflated passes on at most maxInflated bytes.
type inflated struct {
	r    io.Reader
	left int64
}

func (i *inflated) Read(p []byte) (int, error) {
	if i.left <= 0 {
		return 0, errInflated
	}
	n, err := i.r.Read(p[:min(int64(len(p)), i.left)])
	i.left -= int64(n)
	return n, err
}

// links are the symbolic and hard links of an archive: name to target, both
// from the archive's root.
type links map[string]string

func (s *store) copyTarGz(r io.Reader) error {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return broken(err)
	}
	content := &inflated{r: unzipped, left: maxInflated}
	archive := tar.NewReader(content)
	found := make(links)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return broken(err)
		}
		if err := s.copyTarEntry(archive, header, found); err != nil {
			return broken(err)
		}
	}
	// The checksum stands at the end. What is behind it and is not gzip's is
	// ignored, as by gzip itself.
	if _, err := io.Copy(io.Discard, content); err != nil && err != gzip.ErrHeader {
		return broken(err)
	}
	return s.follow(found)
}

func (s *store) copyTarEntry(archive *tar.Reader, header *tar.Header, found links) error {
	file, err := s.admit(header.Name)
	if err != nil || file == "" {
		return err
	}
	switch header.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
		return s.add(file, archive)
	case tar.TypeDir, tar.TypeXGlobalHeader:
	case tar.TypeSymlink:
		s.note(found, file, path.Join(path.Dir(file), header.Linkname), header.Linkname)
	case tar.TypeLink:
		s.note(found, file, path.Clean(header.Linkname), header.Linkname)
	default:
		s.ignore(file, fmt.Sprintf("it is a %s", kind(header.FileInfo().Mode())))
	}
	return nil
}

func (s *store) copyZip(r io.ReaderAt, size int64) error {
	// Unlike a file, a section takes an offset outside of it, such as the
	// archive may contain, for the end.
	bounded := &directoryReader{r: io.NewSectionReader(r, 0, size), left: maxDirectory}
	archive, err := zip.NewReader(bounded, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return broken(err)
	}
	bounded.opened = true
	found := make(links)
	for _, entry := range archive.File {
		if err := s.copyZipEntry(entry, found); err != nil {
			return broken(err)
		}
	}
	return s.follow(found)
}

func (s *store) copyZipEntry(entry *zip.File, found links) error {
	file, err := s.admit(entry.Name)
	if err != nil || file == "" {
		return err
	}
	mode := entry.Mode()
	switch {
	case mode.IsDir() || strings.HasSuffix(entry.Name, `\`):
		return nil
	case mode.IsRegular(), mode&fs.ModeSymlink != 0:
	default:
		s.ignore(file, fmt.Sprintf("it is a %s", kind(mode)))
		return nil
	}
	if entry.Flags&1 != 0 {
		return &Error{Reason: "The archive is protected by a password.", Help: "Make the archive without a password."}
	}
	r, err := entry.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if mode.IsRegular() {
		return s.add(file, r)
	}
	target, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return err
	}
	s.note(found, file, path.Join(path.Dir(file), string(target)), string(target))
	return nil
}

// admit counts an entry and returns its clean path, or "" for one that is left
// out.
func (s *store) admit(name string) (string, error) {
	if err := s.entry(); err != nil {
		return "", err
	}
	file, err := cleanName(name)
	if err != nil {
		return "", err
	}
	if file == "." || isClutter(file) {
		return "", nil
	}
	return file, checkName(file)
}

// note remembers a link to a file inside the archive.
func (s *store) note(found links, file, target, written string) {
	if strings.HasPrefix(written, "/") || target == ".." || strings.HasPrefix(target, "../") {
		s.ignore(file, "it is a link that leads out of the submission")
		return
	}
	found[file] = target
}

// follow puts a copy of the file in the place of each link. It is done last,
// because a link may come before its target.
func (s *store) follow(found links) error {
	for _, file := range slices.Sorted(maps.Keys(found)) {
		target := found.end(file)
		if _, ok := s.sums[target]; !ok {
			s.ignore(file, "it is a link that does not lead to a file of the submission")
			continue
		}
		if err := s.copyInside(file, target); err != nil {
			return err
		}
	}
	return nil
}

// maxLinks is how many links may follow each other.
const maxLinks = 8

// end returns where a link leads, by way of others.
func (l links) end(file string) string {
	for range maxLinks {
		target, ok := l[file]
		if !ok {
			break
		}
		file = target
	}
	return file
}

func (s *store) copyInside(file, target string) error {
	f, err := s.root.OpenFile(target, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.add(file, f)
}

// directoryReader bounds what archive/zip reads to list the entries: it keeps
// all of them in memory.
type directoryReader struct {
	r      io.ReaderAt
	left   int64
	opened bool
}

func (d *directoryReader) ReadAt(p []byte, offset int64) (int, error) {
	if !d.opened {
		if d.left -= int64(len(p)); d.left < 0 {
			return 0, &Error{Reason: fmt.Sprintf("Its list of files is larger than %d MiB.", maxDirectory>>20), Help: onlyTheWork}
		}
	}
	return d.r.ReadAt(p, offset)
}
