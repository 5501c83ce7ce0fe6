// Package vm is a testbed on a kernel of our own: a machine in QEMU that is
// booted once for each kernel and saved as a [Template], from which each
// submission gets a fresh [Guest] in a fraction of a second. It needs neither
// root nor KVM.
package vm

import (
	"context"
	"errors"
	"fmt"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/rpc"
)

// Testbed is a [testbed.Testbed] in a guest of its own.
type Testbed struct {
	*rpc.Client
	guest *Guest
	// info is what was asked for when it was opened.
	info *testbed.Info
	// used counts the submissions that were graded on it and left nothing.
	used int
}

var _ testbed.Testbed = (*Testbed)(nil)

// NewTestbed returns the testbed of a guest, which it owns.
func NewTestbed(g *Guest) *Testbed {
	return &Testbed{Client: rpc.NewClient(g.Conn(), g.machine.hungUp), guest: g}
}

// Open restores a guest and returns its testbed once the agent has answered.
func (t *Template) Open(ctx context.Context) (*Testbed, error) {
	g, err := t.Restore(ctx)
	if err != nil {
		return nil, err
	}
	tb := NewTestbed(g)
	ctx, cancel := context.WithTimeout(ctx, restoreDeadline)
	defer cancel()
	if tb.info, err = tb.Client.Info(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("restore guest: %w", err), tb.Close())
	}
	return tb, nil
}

// Info implements [testbed.Testbed].
func (tb *Testbed) Info(ctx context.Context) (*testbed.Info, error) {
	if tb.info != nil {
		return tb.info, nil
	}
	return tb.Client.Info(ctx)
}

// Reset implements [testbed.Testbed]. The error is a [*testbed.ComplaintError]
// when the kernel complained meanwhile.
func (tb *Testbed) Reset(ctx context.Context) ([]testbed.Leftover, error) {
	left, err := tb.Client.Reset(ctx)
	if err == nil {
		err = tb.complaint()
	}
	return left, err
}

// Clean implements [testbed.Testbed].
func (tb *Testbed) Clean(ctx context.Context) error {
	err := tb.Client.Clean(ctx)
	if err == nil {
		err = tb.complaint()
	}
	return err
}

// complaint is a [*testbed.ComplaintError] when the guest's kernel has complained
// of something.
func (tb *Testbed) complaint() error {
	m := tb.guest.machine
	if reason := m.complaint(); reason != "" {
		return &testbed.ComplaintError{Reason: reason, Console: m.console()}
	}
	return nil
}

// Close ends the guest, and with it all that a submission did there.
func (tb *Testbed) Close() error {
	_ = tb.Client.Close()
	return tb.guest.Close()
}
