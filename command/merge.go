package command

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/kept"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

type mergeCmd struct {
	Out   string   `required:"" placeholder:"OUT" help:"The folder for the whole."`
	Also  []string `placeholder:"FORMAT" help:"Write these formats to OUT as well, beside json, csv, junit, html and markdown."`
	Parts []string `arg:"" name:"part" help:"The folders that bpfgrade grade --shard wrote to."`
}

func (c *mergeCmd) Run(env *environment) error {
	formats, err := formatsNamed(append(slices.Clone(standardFormats), c.Also...))
	if err != nil {
		return fmt.Errorf("--also: %w", err)
	}
	by, results, err := merged(c.Parts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	// What is put together is kept, so that grading can go on there.
	store, err := kept.Open(filepath.Join(c.Out, keptFolder))
	if err != nil {
		return err
	}
	defer store.Close()
	for _, r := range results {
		if r.Conclusive() {
			if err := store.Put(r); err != nil {
				return &machineError{err}
			}
		}
	}
	err = report.WriteFiles(c.Out, by, results, formats)
	err = errors.Join(err, report.Text(env.stdout, results, textOptions(env.stdout)), printApart(env.stdout, results, nil))
	if err != nil {
		return &machineError{err}
	}
	if report.ExitCode(results) == exitNotGraded {
		return exitCode(exitNotGraded)
	}
	return nil
}

// merged reads the results of the parts, sorted. The error tells of two results
// for one submission that are not the same.
func merged(parts []string) (by string, results []*grader.Result, err error) {
	type key struct{ exercise, submission string }
	from := make(map[key]string)
	have := make(map[key]*grader.Result)
	for _, part := range parts {
		path := filepath.Join(part, "results.json")
		tool, own, err := readResults(path)
		if err != nil {
			return "", nil, err
		}
		by = cmp.Or(by, tool)
		for _, r := range own {
			k := key{r.Exercise, r.Submission}
			other := have[k]
			switch {
			case other == nil:
				have[k], from[k] = r, path
				results = append(results, r)
			case other.Status != r.Status || other.Score != r.Score || other.Seed != r.Seed:
				return "", nil, fmt.Errorf("%s is in %s and in %s, with different results: merge parts of one run", r.Submission, from[k], path)
			}
		}
	}
	slices.SortFunc(results, func(a, b *grader.Result) int {
		return cmp.Or(strings.Compare(a.Exercise, b.Exercise), strings.Compare(a.Submission, b.Submission))
	})
	return by, results, nil
}
