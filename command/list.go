package command

import (
	"fmt"
	"text/tabwriter"

	"github.com/bpfgrade/bpfgrade/grader"
)

type listCmd struct{}

func (listCmd) Run(env *environment) error {
	done, err := readStanding()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, ex := range env.exercises {
		fmt.Fprintf(w, "%s\t%v points\t%s\t%s\n", ex.Slug, ex.MaxScore(), done.of(ex), ex.Title)
	}
	return w.Flush()
}

// of says what is done of an exercise.
func (s standing) of(ex *grader.Exercise) string {
	switch one := s[ex.Slug]; {
	case !one.Checked:
		return "-"
	case one.Best >= ex.MaxScore()-ex.MaxHidden():
		return "done"
	default:
		return fmt.Sprintf("%v so far", one.Best)
	}
}
