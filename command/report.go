package command

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

type reportCmd struct {
	Format  []string `short:"f" placeholder:"FORMAT" help:"What to write: json, csv, junit, html, markdown, summary, gradescope, classroom, exercism or prairielearn, several with a comma. Without it, a table is printed."`
	Student bool     `help:"Leave out what students must not see, and write to OUT/students."`
	Out     string   `arg:"" help:"The folder that bpfgrade grade --all wrote to, or a results.json."`
}

func (c *reportCmd) Run(env *environment) error {
	formats, err := formatsNamed(c.Format)
	if err != nil {
		return err
	}
	path := c.Out
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "results.json")
	}
	by, results, err := readResults(path)
	if err != nil {
		return err
	}
	if c.Student {
		results = report.ForStudents(results)
	}
	if len(formats) == 0 {
		return report.Text(env.stdout, results, textOptions(env.stdout))
	}
	folder := filepath.Dir(path)
	if c.Student {
		folder = filepath.Join(folder, "students")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return &machineError{err}
		}
	}
	if err := report.WriteFiles(folder, by, results, formats); err != nil {
		return &machineError{err}
	}
	for _, f := range formats {
		name := f.File
		if f.Each() {
			name = f.Folder
		}
		fmt.Fprintln(env.stdout, filepath.Join(folder, name))
	}
	return nil
}

// readResults reads a JSON report from a file, and which tool wrote it.
func readResults(path string) (by string, results []*grader.Result, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", nil, fmt.Errorf("%w (bpfgrade grade writes it when a class is graded)", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return "", nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	by, results, err = report.ReadJSON(file)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	return by, results, nil
}
