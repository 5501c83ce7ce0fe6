package vm

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Pool keeps guests ready, so that the next submission finds one: restored, or
// left clean by another.
type Pool struct {
	template *Template
	warm     bool
	ready    chan restored
	closed   <-chan struct{}
	cancel   context.CancelFunc
	wg       sync.WaitGroup

	mu sync.Mutex
	// clean are guests that were used and proved clean.
	clean []*Testbed
}

// maxUses bounds how many submissions are graded on one guest, so that what
// nobody thought of does not add up.
const maxUses = 64

type restored struct {
	tb  *Testbed
	err error
}

// NewPool begins to restore guests from a template, spare ones at a time. Where
// warm is true each then goes through what a submission needs, as the template
// did: an emulator has translated that code when the submission comes. That pays
// where guests wait for submissions, not where submissions wait for guests. The
// template must stay open until the pool is closed.
func NewPool(t *Template, spare int, warm bool) *Pool {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Pool{template: t, warm: warm, ready: make(chan restored), closed: ctx.Done(), cancel: cancel}
	for range spare {
		p.wg.Go(func() { p.restore(ctx) })
	}
	return p
}

// restore holds one guest ready at a time.
func (p *Pool) restore(ctx context.Context) {
	for ctx.Err() == nil {
		tb, err := p.template.Open(ctx)
		if err == nil && p.warm {
			if err = tb.warmUp(ctx); err != nil {
				tb.Close()
				tb, err = nil, fmt.Errorf("warm up guest: %w", err)
			}
		}
		select {
		case p.ready <- restored{tb, err}:
		case <-ctx.Done():
			if tb != nil {
				tb.Close()
			}
		}
	}
}

var errPoolClosed = errors.New("the pool of guests is closed")

// Open returns the testbed of a guest that is fresh, or as good as that.
func (p *Pool) Open(ctx context.Context) (*Testbed, error) {
	if tb := p.takeClean(); tb != nil {
		return tb, nil
	}
	select {
	case r := <-p.ready:
		return r.tb, r.err
	case <-p.closed:
		return nil, errPoolClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *Pool) takeClean() *Testbed {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.clean) == 0 {
		return nil
	}
	last := len(p.clean) - 1
	tb := p.clean[last]
	p.clean = p.clean[:last]
	return tb
}

// Recycle gives a testbed back on which a submission was graded and which was
// reset, for another one. One that is not proved clean is closed.
func (p *Pool) Recycle(ctx context.Context, tb *Testbed) error {
	if tb.used++; tb.used >= maxUses || tb.Clean(ctx) != nil {
		return tb.Close()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.closed:
		return tb.Close()
	default:
		p.clean = append(p.clean, tb)
		return nil
	}
}

// Close ends the guests that nobody has. Open then fails.
func (p *Pool) Close() error {
	p.cancel()
	p.wg.Wait()
	var errs []error
	for tb := p.takeClean(); tb != nil; tb = p.takeClean() {
		errs = append(errs, tb.Close())
	}
	return errors.Join(errs...)
}
