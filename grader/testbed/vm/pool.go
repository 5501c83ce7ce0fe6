package vm

import (
	"context"
	"errors"
	"sync"
)

// Pool keeps guests ready, so that the next submission finds one restored.
type Pool struct {
	template *Template
	ready    chan restored
	closed   <-chan struct{}
	cancel   context.CancelFunc
	wg       sync.WaitGroup
}

type restored struct {
	guest *Guest
	err   error
}

// NewPool begins to restore guests from a template, spare ones at a time. The
// template must stay open until the pool is closed.
func NewPool(t *Template, spare int) *Pool {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Pool{template: t, ready: make(chan restored), closed: ctx.Done(), cancel: cancel}
	for range spare {
		p.wg.Go(func() { p.restore(ctx) })
	}
	return p
}

// restore holds one guest ready at a time.
func (p *Pool) restore(ctx context.Context) {
	for ctx.Err() == nil {
		guest, err := p.template.Restore(ctx)
		select {
		case p.ready <- restored{guest, err}:
		case <-ctx.Done():
			if guest != nil {
				guest.Close()
			}
		}
	}
}

var errPoolClosed = errors.New("the pool of guests is closed")

// Open returns the testbed of a fresh guest.
func (p *Pool) Open(ctx context.Context) (*Testbed, error) {
	select {
	case r := <-p.ready:
		if r.err != nil {
			return nil, r.err
		}
		return NewTestbed(r.guest), nil
	case <-p.closed:
		return nil, errPoolClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends the guests that nobody took. Open then fails.
func (p *Pool) Close() error {
	p.cancel()
	p.wg.Wait()
	return nil
}
