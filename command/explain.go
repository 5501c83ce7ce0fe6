package command

import (
	"context"
	"fmt"
	"os"

	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/report"
)

type explainCmd struct {
	Kernel  string `short:"k" placeholder:"V" help:"The kernel to load it on: a version such as 6.12, or the path of an image. Default: the first that was added."`
	Backend string `enum:"auto,vm,local" default:"auto" help:"Where to load it: vm (a kernel of its own in QEMU) or local (this kernel; needs root). auto is vm."`
	Verbose bool   `short:"v" help:"Show all that the verifier says."`
	Path    string `arg:"" name:"file" help:"An object file, a BPF source, or a folder with one."`
}

func (c *explainCmd) Run(ctx context.Context, env *environment) error {
	if _, err := os.Stat(c.Path); err != nil {
		return fmt.Errorf("explain %s: %w", c.Path, cause(err))
	}
	b, err := openBackend(ctx, env, backend.Options{Name: c.Backend, Kernel: c.Kernel})
	if err != nil {
		return err
	}
	defer b.Close()
	result, err := b.Explain(ctx, c.Path)
	if err != nil {
		return err
	}
	options := textOptions(env.stdout)
	options.Verbose = c.Verbose
	if err := report.Explanation(env.stdout, result, options); err != nil {
		return &machineError{err}
	}
	return ended(result)
}
