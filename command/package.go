package command

import (
	"archive/zip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

type packageCmd struct {
	Gradescope packageGradescopeCmd `cmd:"" help:"Make the autograder package of an exercise for Gradescope."`
}

type packageGradescopeCmd struct {
	Slug   string `arg:"" help:"The exercise."`
	Kernel string `short:"k" placeholder:"V" help:"The version of the kernel to grade on. Default: what the image's distribution gives."`
	Out    string `short:"o" placeholder:"FILE" help:"The package. Default: SLUG.zip."`
}

// gradescope holds the scripts of a package.
//
//go:embed gradescope
var gradescope embed.FS

func (c *packageGradescopeCmd) Run(env *environment) error {
	ex, err := env.exercise(c.Slug)
	if err != nil {
		return err
	}
	if strings.ContainsFunc(c.Kernel, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-+", r) }) {
		return fmt.Errorf("--kernel %q: it is fetched when the image is built, so it is a version, such as 6.12", c.Kernel)
	}
	if c.Out == "" {
		c.Out = ex.Slug + ".zip"
	}
	if err := tryReport(c.Out); err != nil {
		return err
	}
	err = report.WriteFile(c.Out, func(w io.Writer) error { return writePackage(w, ex, c.Kernel) })
	if err != nil {
		return &machineError{fmt.Errorf("write package %s: %w", c.Out, err)}
	}
	_, err = fmt.Fprintf(env.stdout, "%s is ready to be uploaded as the autograder of an assignment\n", c.Out)
	return err
}

// writePackage writes an archive with the scripts, this executable, the starter,
// which is graded once to get everything ready, and what to grade.
func writePackage(w io.Writer, ex *grader.Exercise, kernel string) error {
	archive := zip.NewWriter(w)
	add := func(name string, mode fs.FileMode, content io.Reader) error {
		header := &zip.FileHeader{Name: name, Method: zip.Deflate}
		header.SetMode(mode)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		_, err = io.Copy(entry, content)
		return err
	}
	addFile := func(files fs.FS, file, name string, mode fs.FileMode) error {
		content, err := files.Open(file)
		if err != nil {
			return err
		}
		defer content.Close()
		return add(name, mode, content)
	}
	for _, script := range []string{"setup.sh", "run_autograder"} {
		if err := addFile(gradescope, path.Join("gradescope", script), script, 0o755); err != nil {
			return err
		}
	}
	err := fs.WalkDir(ex.Files, "starter", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return addFile(ex.Files, file, file, 0o644)
	})
	tool, openErr := os.Open("/proc/self/exe")
	if err := errors.Join(err, openErr); err != nil {
		return err
	}
	defer tool.Close()
	return errors.Join(
		add("exercise", 0o644, strings.NewReader(ex.Slug+"\n")),
		add("kernel", 0o644, strings.NewReader(kernel+"\n")),
		add("bpfgrade", 0o755, tool),
		archive.Close(),
	)
}
