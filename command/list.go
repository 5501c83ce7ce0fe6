package command

import (
	"fmt"
	"text/tabwriter"
)

type listCmd struct{}

func (listCmd) Run(env *environment) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, ex := range env.exercises {
		fmt.Fprintf(w, "%s\t%v points\t%s\n", ex.Slug, ex.MaxScore(), ex.Title)
	}
	return w.Flush()
}
