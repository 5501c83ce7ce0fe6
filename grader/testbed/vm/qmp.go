package vm

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// monitor is a connection to QEMU's machine protocol; see
// docs/interop/qmp-spec in QEMU's source. It has one user at a time.
type monitor struct {
	conn   *net.UnixConn
	reader *bufio.Reader
}

// newMonitor negotiates over a connection, which it owns.
func newMonitor(ctx context.Context, conn *net.UnixConn) (*monitor, error) {
	m := &monitor{conn: conn, reader: bufio.NewReader(conn)}
	// The greeting is the first line; the protocol starts after this command.
	if err := m.execute(ctx, "qmp_capabilities", nil, nil); err != nil {
		conn.Close()
		return nil, err
	}
	return m, nil
}

// reply is any message of QEMU: a greeting, an event or the answer to a
// command.
type reply struct {
	Return json.RawMessage `json:"return"`
	Error  *struct {
		Class string `json:"class"`
		Desc  string `json:"desc"`
	} `json:"error"`
}

// execute runs one command and decodes its answer into result, unless that is
// nil.
func (m *monitor) execute(ctx context.Context, command string, arguments map[string]any, result any) error {
	return m.executeWith(ctx, nil, command, arguments, result)
}

// pass hands an open file to QEMU, which knows it by that name from then on.
func (m *monitor) pass(ctx context.Context, file *os.File, name string) error {
	rights := unix.UnixRights(int(file.Fd()))
	return m.executeWith(ctx, rights, "getfd", map[string]any{"fdname": name}, nil)
}

func (m *monitor) executeWith(ctx context.Context, rights []byte, command string, arguments map[string]any, result any) error {
	stop := context.AfterFunc(ctx, func() { _ = m.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	err := m.roundTrip(rights, command, arguments, result)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("qemu %s: %w", command, err)
	}
	return nil
}

func (m *monitor) roundTrip(rights []byte, command string, arguments map[string]any, result any) error {
	message := map[string]any{"execute": command}
	if arguments != nil {
		message["arguments"] = arguments
	}
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if _, _, err := m.conn.WriteMsgUnix(text, rights, nil); err != nil {
		return err
	}
	for {
		line, err := m.reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		var r reply
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		switch {
		case r.Error != nil:
			return errors.New(r.Error.Desc)
		case r.Return != nil && result != nil:
			return json.Unmarshal(r.Return, result)
		case r.Return != nil:
			return nil
		}
	}
}

func (m *monitor) Close() error { return m.conn.Close() }
