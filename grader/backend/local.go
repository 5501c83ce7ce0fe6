package backend

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/local"
)

// openShared opens a testbed on this kernel, which others use too.
func openShared() (*local.Testbed, error) {
	tb, err := local.Open()
	if err != nil {
		return nil, err
	}
	if err := tb.Share(); err != nil {
		return nil, errors.Join(err, tb.Close())
	}
	return tb, nil
}

// openLocal grades on this kernel, one submission at a time: what another one
// executes would be counted.
func (b *Backend) openLocal(ctx context.Context) error {
	tb, err := openShared()
	if err != nil {
		return err
	}
	defer tb.Close()
	info, err := tb.Info(ctx)
	if err != nil {
		return err
	}
	btf, err := tb.KernelBTF(ctx)
	if err != nil {
		return fmt.Errorf("read this kernel's type information: %w", err)
	}
	path, err := b.tempBTF(btf)
	if err != nil {
		return err
	}

	b.Grader.Kernel, b.Grader.Backend = info.Release, Local
	var one sync.Mutex
	b.Grader.Open = func(context.Context) (testbed.Testbed, error) {
		one.Lock()
		tb, err := openShared()
		if err != nil {
			one.Unlock()
			return nil, err
		}
		return &exclusive{Testbed: tb, release: sync.OnceFunc(one.Unlock)}, nil
	}
	return b.buildWith(ctx, path)
}

// exclusive is a testbed that keeps others waiting until it is closed.
type exclusive struct {
	testbed.Testbed
	release func()
}

func (tb *exclusive) Close() error {
	defer tb.release()
	return tb.Testbed.Close()
}
