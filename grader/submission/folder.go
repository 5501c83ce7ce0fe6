package submission

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// copyFolder takes in the files of a folder. A link to a file is followed as
// far as it stays inside.
func (s *store) copyFolder(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return s.copyTree(root, ".")
}

// batch is how many entries of a folder are read at once.
const batch = 256

func (s *store) copyTree(root *os.Root, dir string) error {
	f, err := root.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(batch)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := s.entry(); err != nil {
				return err
			}
			file := path.Join(dir, entry.Name())
			switch {
			case isClutter(file):
			case entry.IsDir():
				if err := checkName(file); err != nil {
					return err
				}
				if err := s.copyTree(root, file); err != nil {
					return err
				}
			default:
				if err := s.copyEntry(root, file); err != nil {
					return err
				}
			}
		}
	}
}

func (s *store) copyEntry(root *os.Root, file string) error {
	fi, err := root.Lstat(file)
	if err != nil {
		return err
	}
	if fi.Mode()&fs.ModeSymlink != 0 {
		target, err := root.Stat(file)
		switch {
		case errors.Is(err, fs.ErrPermission):
			return err
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP):
			s.ignore(file, "it is a symbolic link that leads nowhere")
			return nil
		case err != nil:
			s.ignore(file, "it is a symbolic link that leads out of the submission")
			return nil
		case target.IsDir():
			s.ignore(file, "it is a symbolic link to a folder")
			return nil
		}
		fi = target
	}
	if !fi.Mode().IsRegular() {
		s.ignore(file, fmt.Sprintf("it is a %s", kind(fi.Mode())))
		return nil
	}
	// What was a file a moment ago may be a pipe that nobody writes to.
	f, err := root.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if fi, err = f.Stat(); err != nil {
		return err
	}
	if !fi.Mode().IsRegular() {
		s.ignore(file, fmt.Sprintf("it is a %s", kind(fi.Mode())))
		return nil
	}
	return s.add(file, f)
}
