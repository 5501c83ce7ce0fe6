package command

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

type kernelCmd struct {
	List    kernelListCmd    `cmd:"" help:"List the kernels that are here."`
	Add     kernelAddCmd     `cmd:"" help:"Fetch a kernel from the package mirrors this machine is set up with."`
	Headers kernelHeadersCmd `cmd:"" help:"Print the folder that has vmlinux.h of a kernel, as sources are built with it."`
}

// openStore opens the kernels of this user.
func openStore() (*kernel.Store, error) {
	dir, err := kernel.DefaultDir()
	if err != nil {
		return nil, &machineError{err}
	}
	store, err := kernel.OpenStore(dir)
	if err != nil {
		return nil, &machineError{err}
	}
	return store, nil
}

type kernelListCmd struct{}

func (kernelListCmd) Run(env *environment) error {
	store, err := openStore()
	if err != nil {
		return err
	}
	kernels, err := store.List()
	if err != nil {
		return err
	}
	if len(kernels) == 0 {
		fmt.Fprintln(env.stdout, "no kernels yet: bpfgrade kernel add")
		return nil
	}
	standard, err := store.Find("")
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, k := range kernels {
		mark := " "
		if k.Name == standard.Name {
			mark = "*"
		}
		fmt.Fprintf(w, "%s %s\t%s\t%s\n", mark, k.Name, k.Release, k.Origin)
	}
	return w.Flush()
}

type kernelAddCmd struct {
	Version string `arg:"" optional:"" help:"The version, such as 6.12 or a whole release, or the word newest. Default: what this machine's own distribution gives."`
}

func (c *kernelAddCmd) Run(ctx context.Context, env *environment) error {
	store, err := openStore()
	if err != nil {
		return err
	}
	k, err := store.Add(ctx, c.Version, func(text string) { fmt.Fprintln(env.stderr, "bpfgrade:", text) })
	var unknown *kernel.NotFoundError
	if errors.As(err, &unknown) || errors.Is(err, kernel.ErrVersion) {
		return err
	}
	if err != nil {
		return &machineError{err}
	}
	_, err = fmt.Fprintf(env.stdout, "%s is ready (%s)\n", k.Name, k.Origin)
	return err
}

type kernelHeadersCmd struct {
	Kernel string `arg:"" optional:"" name:"v" help:"The version, such as 6.12. Default: the first that was added."`
}

func (c *kernelHeadersCmd) Run(ctx context.Context, env *environment) error {
	b, err := openBackend(ctx, env, backend.Options{Name: backend.VM, Kernel: c.Kernel})
	if err != nil {
		return err
	}
	defer b.Close()
	_, err = fmt.Fprintln(env.stdout, b.Headers)
	return err
}
