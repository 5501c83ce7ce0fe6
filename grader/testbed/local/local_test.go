package local

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// A testbed does nothing for a caller who waits no longer, and says why.
func TestEndedContext(t *testing.T) {
	tb := bareTestbed()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range map[string]func() error{
		"Info":      func() error { _, err := tb.Info(ctx); return err },
		"KernelBTF": func() error { _, err := tb.KernelBTF(ctx); return err },
		"Load":      func() error { _, err := tb.Load(ctx, testbed.LoadRequest{}); return err },
		"Exec":      func() error { _, err := tb.Exec(ctx, testbed.ExecRequest{}); return err },
		"Lookup":    func() error { _, err := tb.Lookup(ctx, 1, nil); return err },
		"Update":    func() error { return tb.Update(ctx, 1, nil, nil) },
		"Elements":  func() error { _, err := tb.Elements(ctx, 1); return err },
		"Watch":     func() error { return tb.Watch(ctx, testbed.WatchRequest{}) },
		"Records":   func() error { _, err := tb.Records(ctx, 1); return err },
		"RunStats":  func() error { _, err := tb.RunStats(ctx, []uint32{1}); return err },
		"Install":   func() error { _, err := tb.Install(ctx, testbed.InstallRequest{Name: "file"}); return err },
		"Start":     func() error { return tb.Start(ctx, testbed.StartRequest{}) },
		"Freeze":    func() error { return tb.Freeze(ctx) },
	} {
		assert.ErrorIs(t, call(), context.Canceled, name)
	}
}
