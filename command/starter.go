package command

import (
	"bytes"
	_ "embed" // the Makefile
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// starterFile is a file that a student begins with. Its name has slashes.
type starterFile struct {
	name string
	data []byte
}

// makefile builds a student's sources as the grader does.
//
//go:embed starter/Makefile
var makefile []byte

// starter is what a student begins with: the files of the exercise's starter,
// its statement, the marker, and a Makefile.
func starter(ex *grader.Exercise) ([]starterFile, error) {
	statement, err := fs.ReadFile(ex.Files, "README.md")
	if err != nil {
		return nil, fmt.Errorf("exercise %s: %w", ex.Slug, err)
	}
	files := []starterFile{
		{submission.MarkerName, submission.Marker(ex.Slug)},
		{"README.md", statement},
		{"Makefile", makefile},
	}
	err = fs.WalkDir(ex.Files, "starter", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(ex.Files, name)
		files = append(files, starterFile{name[len("starter/"):], data})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("exercise %s: %w", ex.Slug, err)
	}
	return files, nil
}

// lay writes files into a folder in which none of them is. On an error it takes
// those away that it has written.
func lay(dir string, files []starterFile) (err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write to %s: %w", dir, cause(err))
	}
	defer root.Close()
	var written []string
	defer func() {
		if err != nil {
			for _, name := range slices.Backward(written) {
				_ = root.Remove(name)
			}
		}
	}()
	for _, f := range files {
		if folder := path.Dir(f.name); folder != "." {
			if err := root.MkdirAll(folder, 0o755); err != nil {
				return fmt.Errorf("write to %s: %w", filepath.Join(dir, folder), cause(err))
			}
		}
		file, err := root.OpenFile(f.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, f.name), cause(err))
		}
		written = append(written, f.name)
		_, err = file.Write(f.data)
		if err = errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, f.name), cause(err))
		}
	}
	return nil
}

// same tells whether a file in a folder is still as the student got it. It is
// false for one that is not there.
func (f starterFile) same(root *os.Root) bool {
	info, err := root.Stat(f.name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(f.data)) {
		return false
	}
	data, err := root.ReadFile(f.name)
	return err == nil && bytes.Equal(data, f.data)
}
