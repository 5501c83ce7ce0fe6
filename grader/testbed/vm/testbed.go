// Package vm is a testbed on a kernel of our own: a machine in QEMU that is
// booted once for each kernel and saved as a [Template], from which each
// submission gets a fresh [Guest] in a fraction of a second. It needs neither
// root nor KVM.
package vm

import (
	"context"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/rpc"
)

// Testbed is a [testbed.Testbed] in a guest of its own.
type Testbed struct {
	*rpc.Client
	guest *Guest
}

var _ testbed.Testbed = (*Testbed)(nil)

// NewTestbed returns the testbed of a guest, which it owns.
func NewTestbed(g *Guest) *Testbed {
	return &Testbed{Client: rpc.NewClient(g.Conn(), g.Died), guest: g}
}

// Open restores a guest and returns its testbed.
func (t *Template) Open(ctx context.Context) (*Testbed, error) {
	g, err := t.Restore(ctx)
	if err != nil {
		return nil, err
	}
	return NewTestbed(g), nil
}

// Close ends the guest, and with it all that a submission did there.
func (tb *Testbed) Close() error {
	_ = tb.Client.Close()
	return tb.guest.Close()
}
