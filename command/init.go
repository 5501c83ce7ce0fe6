package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/submission"
)

type initCmd struct {
	Exercise string `arg:"" name:"slug" help:"The exercise; bpfgrade list shows them."`
	Dir      string `arg:"" optional:"" help:"The folder to make, or an empty one. Default: one named for the exercise."`
}

func (c *initCmd) Run(env *environment) (err error) {
	ex, err := env.exercise(c.Exercise)
	if err != nil {
		return err
	}
	dir := c.Dir
	if dir == "" {
		dir = ex.Slug
	}
	files, err := starter(ex)
	if err != nil {
		return err
	}
	made, err := emptyFolder(dir)
	if err != nil {
		return err
	}
	if err := lay(dir, files); err != nil {
		if made {
			_ = os.Remove(dir)
		}
		return err
	}
	var names []string
	for _, f := range files {
		if f.name != submission.MarkerName {
			names = append(names, f.name)
		}
	}
	fmt.Fprintf(env.stdout, "%s is ready in %s: %s\n", ex.Slug, dir, strings.Join(names, ", "))
	fmt.Fprintf(env.stdout, "Read README.md, then write prog.bpf.c and see what it is worth:\n\n  cd %s\n  bpfgrade check --watch\n", quoted(dir))
	return nil
}

// emptyFolder makes a folder, and tells so, or finds that it is there and empty.
func emptyFolder(dir string) (made bool, err error) {
	switch err := os.Mkdir(dir, 0o755); {
	case err == nil:
		return true, nil
	case !errors.Is(err, fs.ErrExist):
		return false, fmt.Errorf("make folder %s: %w", dir, cause(err))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, fmt.Errorf("look into %s: %w", dir, cause(err))
	}
	if len(entries) > 0 {
		return false, fmt.Errorf("%s is not empty, and nothing in it is touched: name another folder, or put the starter back with bpfgrade reset", filepath.Clean(dir))
	}
	return false, nil
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if strings.IndexFunc(path, func(r rune) bool {
		return !(r == '/' || r == '.' || r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
