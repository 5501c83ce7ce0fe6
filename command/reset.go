package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

type resetCmd struct {
	Exercise string `short:"e" placeholder:"SLUG" help:"The exercise. Default: the one that the folder was made for."`
	Dir      string `arg:"" optional:"" default:"." help:"The folder. Default: this one."`
}

func (c *resetCmd) Run(env *environment) error {
	ex, err := env.exerciseOf(c.Exercise, c.Dir)
	if err != nil {
		return err
	}
	files, err := starter(ex)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return fmt.Errorf("look into %s: %w", c.Dir, cause(err))
	}
	defer root.Close()
	changed := 0
	for _, f := range files {
		if f.same(root) {
			continue
		}
		changed++
		kept, err := putAside(root, f.name)
		if err != nil {
			return err
		}
		if err := lay(c.Dir, []starterFile{f}); err != nil {
			return err
		}
		if kept == "" {
			fmt.Fprintf(env.stdout, "%s is there again\n", f.name)
		} else {
			fmt.Fprintf(env.stdout, "%s is as it was at the start; yours is now %s\n", f.name, kept)
		}
	}
	if changed == 0 {
		fmt.Fprintf(env.stdout, "everything in %s is as it was at the start\n", filepath.Clean(c.Dir))
	}
	return nil
}

// maxKept bounds the files of one name that are put aside.
const maxKept = 1000

// putAside renames a file to a name that is free, and returns that; it is empty
// when there is no such file.
func putAside(root *os.Root, name string) (string, error) {
	if _, err := root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	for n := 1; n <= maxKept; n++ {
		// The name must be that of no source.
		kept := fmt.Sprintf("%s.old%d", name, n)
		if _, err := root.Lstat(kept); err == nil {
			continue
		}
		if err := root.Rename(name, kept); err != nil {
			return "", fmt.Errorf("rename %s: %w", filepath.Join(root.Name(), name), cause(err))
		}
		return kept, nil
	}
	return "", fmt.Errorf("%s: there are %d old ones already: remove some", filepath.Join(root.Name(), name), maxKept)
}
