package backend

import (
	"context"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm"
)

func (b *Backend) openVM(ctx context.Context, o Options) error {
	cache, k, err := findKernel(o.Kernel)
	if err != nil {
		return err
	}
	template, err := vm.Open(ctx, vm.Config{Kernel: k, Agent: o.Agent, OtherDisk: o.OtherDisk, Dir: cache, Log: o.Log})
	if err != nil {
		return err
	}
	b.close = append(b.close, template.Close)
	b.Grader.Kernel, b.Grader.KernelHash, b.Grader.Backend = k.Name, template.KernelHash(), VM

	open := template.Boot
	if !o.Boot {
		pool := vm.NewPool(template, 1, o.Warm)
		b.close = append(b.close, pool.Close)
		open = pool.Open
		if !o.Fresh {
			b.Grader.Recycle = func(ctx context.Context, tb testbed.Testbed) error { return pool.Recycle(ctx, tb.(*vm.Testbed)) }
		}
	}
	b.Grader.Open = func(ctx context.Context) (testbed.Testbed, error) {
		tb, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return tb, nil
	}
	return b.buildWith(ctx, template.BTF())
}
