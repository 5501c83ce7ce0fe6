package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/google/renameio/v2"

	"github.com/bpfgrade/bpfgrade/grader"
)

// WriteFile writes a file whole or not at all: it is there, on the disk and
// under its name, once all of it has been written.
func WriteFile(path string, write func(io.Writer) error) error {
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if err := write(file); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}

// WriteFiles writes a folder of reports: one file of each format, or one for
// each result, in a folder of the format's and in one of the exercise's. Each is
// written whole or not at all.
func WriteFiles(dir, tool string, results []*grader.Result, formats []Format) error {
	for _, f := range formats {
		if !f.Each() {
			f.removeUnfinished(dir)
			if err := f.writeFile(filepath.Join(dir, f.File), tool, results); err != nil {
				return err
			}
			continue
		}
		for _, slug := range exercisesOf(results) {
			folder := filepath.Join(dir, f.Folder, fileName(slug))
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
			f.removeUnfinished(folder)
			var own []*grader.Result
			var names []string
			for _, r := range results {
				if r.Exercise == slug {
					own, names = append(own, r), append(names, r.Submission)
				}
			}
			for i, name := range fileNames(names) {
				if err := f.writeFile(filepath.Join(folder, name+f.File), tool, own[i:i+1]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// removeUnfinished removes what a process that was killed has left of a file.
func (f Format) removeUnfinished(folder string) {
	unfinished := regexp.MustCompile(`^\..*` + regexp.QuoteMeta(f.File) + `\d+$`)
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if unfinished.MatchString(e.Name()) {
			os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

func (f Format) writeFile(path, tool string, results []*grader.Result) error {
	err := WriteFile(path, func(w io.Writer) error { return f.Write(w, tool, results) })
	if err != nil {
		return fmt.Errorf("write report %s: %w", path, err)
	}
	return nil
}
