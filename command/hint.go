package command

import (
	"fmt"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/report"
)

type hintCmd struct {
	Exercise string `short:"e" placeholder:"SLUG" help:"The exercise. Default: the one that this folder was made for."`
	Number   int    `arg:"" optional:"" name:"n" help:"Which hint to show again. Default: the next one."`
}

func (c *hintCmd) Run(env *environment) error {
	ex, err := env.exerciseOf(c.Exercise, ".")
	if err != nil {
		return err
	}
	if len(ex.Hints) == 0 {
		fmt.Fprintf(env.stdout, "There are no hints for %s.\n", ex.Slug)
		return nil
	}
	s, err := readStanding()
	if err != nil {
		return err
	}
	shown := min(s[ex.Slug].Hints, len(ex.Hints))
	n := c.Number
	switch {
	case n == 0:
		n = min(shown+1, len(ex.Hints))
	case n < 0 || n > len(ex.Hints):
		return fmt.Errorf("hint %d: %s has hints 1 to %d", n, ex.Slug, len(ex.Hints))
	case n > shown+1:
		return fmt.Errorf("hint %d: they come one at a time, and the next one is %d", n, shown+1)
	}
	text := fmt.Sprintf("Hint %d of %d: %s", n, len(ex.Hints), ex.Hints[n-1])
	fmt.Fprintln(env.stdout, strings.Join(report.Wrap(text, textOptions(env.stdout).Columns()), "\n"))
	return note(ex, func(s *stand) { s.Hints = max(s.Hints, n) })
}
