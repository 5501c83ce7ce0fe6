package kernel

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Open returns the kernel whose image is at a path, to be used in place: a
// bzImage, or an ELF vmlinux. Its modules are looked for beside the image and
// in the system's folder. The error is an *ImageError.
func Open(path string) (Kernel, error) {
	k, err := open(path)
	if err != nil {
		return Kernel{}, &ImageError{err}
	}
	return k, nil
}

func open(path string) (Kernel, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Kernel{}, err
	}
	release, err := imageRelease(path)
	if errors.Is(err, fs.ErrPermission) {
		return Kernel{}, fmt.Errorf("%w; make a copy that can be read: sudo install -m 0644 %s . "+
			"and give its path: ./%s", err, path, filepath.Base(path))
	}
	if err != nil {
		return Kernel{}, err
	}
	dir := filepath.Dir(path)
	places := []string{
		filepath.Join(dir, "lib/modules", release),
		filepath.Join(filepath.Dir(dir), "lib/modules", release),
		filepath.Join("/lib/modules", release),
		filepath.Join(dir, "modules", release),
	}
	for _, modules := range places {
		if info, err := os.Stat(modules); err == nil && info.IsDir() {
			// Nobody walks through a folder that is a link.
			if modules, err = filepath.EvalSymlinks(modules); err != nil {
				return Kernel{}, fmt.Errorf("%s: find its modules: %w", path, err)
			}
			return Kernel{Name: release, Release: release, Image: path, Modules: modules, Origin: path}, nil
		}
	}
	return Kernel{}, fmt.Errorf("%s: its modules are missing; put the folder %s into one of %s",
		path, release, strings.Join(parents(places), ", "))
}

// parents returns the folders of paths, each once.
func parents(paths []string) []string {
	var dirs []string
	seen := make(map[string]bool)
	for _, path := range paths {
		if dir := filepath.Dir(path); !seen[dir] {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// errNotKernel says that a file is no image of a kernel that can be booted here.
var errNotKernel = errors.New("neither a bzImage nor an ELF vmlinux for x86-64; " +
	"give the path of a kernel such as /boot/vmlinuz-6.12.9-amd64")

// imageRelease reads which release an image is: what uname -r prints on it.
// The error begins with the path.
func imageRelease(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", pathError(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", pathError(path, err)
	}
	if !info.Mode().IsRegular() {
		return "", pathError(path, errNotKernel)
	}
	release, err := bzImageRelease(file)
	if errors.Is(err, errNotKernel) {
		release, err = vmlinuxRelease(file)
	}
	if err != nil {
		return "", pathError(path, err)
	}
	return release, nil
}

// pathError begins an error with a path, once.
func pathError(path string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Fields of the header of a bzImage, see Documentation/arch/x86/boot.rst of
// the kernel.
const (
	headerMagic   = 0x202 // "HdrS"
	headerVersion = 0x20e // where the version is, less 0x200
	headerStart   = 0x200
	// maxReleaseLine bounds the version in an image, in bytes: the release
	// alone has 64 at most, see uname(2).
	maxReleaseLine = 512
)

func bzImageRelease(r io.ReaderAt) (string, error) {
	header := make([]byte, headerVersion+2)
	if n, err := r.ReadAt(header, 0); n < len(header) {
		return "", notKernelAtEOF(err)
	}
	if !bytes.Equal(header[headerMagic:headerMagic+4], []byte("HdrS")) {
		return "", errNotKernel
	}
	offset := int64(binary.LittleEndian.Uint16(header[headerVersion:]))
	line := make([]byte, maxReleaseLine)
	n, err := r.ReadAt(line, headerStart+offset)
	if err != nil && err != io.EOF {
		return "", err
	}
	return firstRelease(line[:n])
}

// notKernelAtEOF makes a file that is too short one that is no kernel.
func notKernelAtEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errNotKernel
	}
	return err
}

// banner begins the line that a kernel prints first, which is in its .rodata.
const banner = "Linux version "

func vmlinuxRelease(r io.ReaderAt) (string, error) {
	file, err := elf.NewFile(r)
	if err != nil || file.Machine != elf.EM_X86_64 {
		return "", errNotKernel
	}
	section := file.Section(".rodata")
	if section == nil || section.Type != elf.SHT_PROGBITS {
		return "", errNotKernel
	}
	// What is read next overlaps what was read, by as much as a line can have.
	in := section.Open()
	window := make([]byte, 0, 1<<20)
	for {
		n, err := io.ReadFull(in, window[len(window):cap(window)])
		window = window[:len(window)+n]
		if i := bytes.Index(window, []byte(banner)); i >= 0 && (err != nil || i < cap(window)-maxReleaseLine) {
			return firstRelease(window[i+len(banner):])
		}
		if err != nil {
			return "", notKernelAtEOF(err)
		}
		window = window[:copy(window, window[len(window)-maxReleaseLine:])]
	}
}

// firstRelease returns the first word of the version in an image.
func firstRelease(line []byte) (string, error) {
	if end := bytes.IndexAny(line, " \x00\n"); end > 0 {
		line = line[:end]
	}
	release := string(line)
	if !validName(release) {
		return "", errNotKernel
	}
	return release, nil
}

// validName tells whether a version or release, which becomes the name of a
// folder, is one.
func validName(name string) bool {
	if name == "" || len(name) > 64 || name[0] < '0' || name[0] > '9' {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || strings.ContainsRune(".+-~_", r))
	}) < 0
}
