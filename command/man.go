package command

import (
	"fmt"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
)

type manCmd struct{}

// Run writes the manual page, made from the same definitions as the command
// line.
func (manCmd) Run(env *environment, app *kong.Kong) error {
	page := mangokong.NewManPage(1, app.Model).
		WithSection("Exit status", "0 every submission has full marks, 1 at least one has not, 2 wrong usage or a file that is not there, 3 at least one could not be graded.").
		WithSection("Environment", "BPFGRADE_CACHE moves the folder with kernels and templates. NO_COLOR keeps the output without colours.")
	_, err := fmt.Fprint(env.stdout, page.Build(roff.NewDocument()))
	return err
}
