package vm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Guest is a machine restored from a template. It shares nothing with other
// guests but pages it only reads. What differs from a machine that was booted:
// its wall clock stands at the time of saving, and its random numbers are
// those of its siblings.
type Guest struct {
	machine *machine
	conn    net.Conn
	// memory is a file of its own, empty for the template's.
	memory string
	close  sync.Once
}

// restoreDeadline is generous for a loaded host; a restore takes a fraction of
// a second.
const restoreDeadline = time.Minute

// Restore starts a fresh guest.
func (t *Template) Restore(ctx context.Context) (*Guest, error) {
	ctx, cancel := context.WithTimeout(ctx, restoreDeadline)
	defer cancel()
	state, err := os.Open(filepath.Join(t.dir, stateFile))
	if err != nil {
		return nil, err
	}
	defer state.Close()
	m, err := start(&t.config, t.work, filepath.Join(t.dir, memoryFile), true)
	if err != nil {
		return nil, err
	}
	g := &Guest{machine: m}
	if err := g.restore(ctx, state); err != nil {
		g.Close()
		return nil, fmt.Errorf("restore guest: %w", err)
	}
	return g, nil
}

func (g *Guest) restore(ctx context.Context, state *os.File) error {
	monitor, err := g.machine.monitor(ctx)
	if err != nil {
		return err
	}
	defer monitor.Close()
	if err := monitor.keepMemory(ctx); err != nil {
		return err
	}
	if err := monitor.pass(ctx, state, stateFile); err != nil {
		return err
	}
	if err := monitor.execute(ctx, "migrate-incoming", map[string]any{"uri": "fd:" + stateFile}, nil); err != nil {
		return err
	}
	for {
		var status struct {
			Status string `json:"status"`
		}
		if err := monitor.execute(ctx, "query-status", nil, &status); err != nil {
			return err
		}
		if status.Status != "inmigrate" {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(restorePoll):
		}
	}
	// The agent finds the host connected when it wakes up.
	if g.conn, err = g.machine.connect(ctx, portSocket); err != nil {
		return err
	}
	return monitor.execute(ctx, "cont", nil, nil)
}

const restorePoll = 500 * time.Microsecond

// Boot boots a guest as the template was booted, to compare with.
func (t *Template) Boot(ctx context.Context) (*Testbed, error) {
	ctx, cancel := context.WithTimeout(ctx, t.config.accel.deadline)
	defer cancel()
	file, err := os.CreateTemp(t.work.path, memoryFile)
	if err != nil {
		return nil, fmt.Errorf("boot guest: %w", err)
	}
	g := &Guest{memory: file.Name()}
	if err := errors.Join(file.Close(), reserve(g.memory, memoryMiB<<20)); err != nil {
		return nil, errors.Join(fmt.Errorf("boot guest: %w", err), os.Remove(g.memory))
	}
	if g.machine, err = start(&t.config, t.work, g.memory, false); err != nil {
		return nil, errors.Join(err, os.Remove(g.memory))
	}
	if g.conn, err = g.machine.connect(ctx, portSocket); err != nil {
		g.Close()
		return nil, fmt.Errorf("boot guest: %w", err)
	}
	return NewTestbed(g), nil
}

// Conn is the connection to the guest's agent.
func (g *Guest) Conn() net.Conn { return g.conn }

// Console is the end of what the guest's kernel has written.
func (g *Guest) Console() string { return g.machine.console() }

// Close ends the guest and removes what it left on the host. It may be called
// twice.
func (g *Guest) Close() error {
	g.close.Do(func() {
		if g.conn != nil {
			g.conn.Close()
		}
		g.machine.stop()
		if g.memory != "" {
			os.Remove(g.memory)
		}
	})
	return nil
}
