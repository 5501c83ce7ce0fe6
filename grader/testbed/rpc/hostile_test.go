package rpc

import (
	"encoding/binary"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// answer connects a client to somebody who reads its requests and answers each
// as it likes.
func answer(t *testing.T, with func(conn net.Conn, seq uint64)) *Client {
	host, guest := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		requests := &codec{conn: guest}
		for {
			var header requestHeader
			if requests.readHeader(&header) != nil {
				return
			}
			with(guest, header.Seq)
		}
	}()
	client := NewClient(host, func() error { return errors.New("must not be asked") })
	t.Cleanup(func() {
		client.Close()
		guest.Close()
		<-done
	})
	return client
}

// rawItem is an item that is sent as it is.
type rawItem []byte

// send sends a message that consists of items.
func send(t *testing.T, conn net.Conn, items ...any) {
	message := make([]byte, lengthBytes)
	for _, item := range items {
		data, raw := item.(rawItem)
		if !raw {
			var err error
			data, err = cbor.Marshal(item)
			assert.NoError(t, err)
		}
		message = append(message, data...)
	}
	binary.BigEndian.PutUint32(message, uint32(len(message)-lengthBytes))
	_, err := conn.Write(message)
	assert.NoError(t, err)
}

func TestEndlessReply(t *testing.T) {
	var sent atomic.Int64
	client := answer(t, func(conn net.Conn, _ uint64) {
		_, err := conn.Write([]byte{0xff, 0xff, 0xff, 0xff})
		for junk := make([]byte, 1<<20); err == nil; {
			var n int
			n, err = conn.Write(junk)
			sent.Add(int64(n))
		}
	})
	_, err := client.Info(t.Context())
	assert.ErrorIs(t, err, errTooLarge)
	require.NoError(t, client.Close())
	assert.Zero(t, sent.Load())
}

// A list takes more memory here than on the wire.
func TestEndlessList(t *testing.T) {
	client := answer(t, func(conn net.Conn, seq uint64) {
		send(t, conn, responseHeader{Seq: seq}, Reply[[]struct{}]{Result: make([]struct{}, maxItems+1)})
	})
	_, err := client.Elements(t.Context(), 1)
	assert.ErrorContains(t, err, errBadMessage.Error())
}

// The bound is for each reply, not for all of them.
func TestManyLargeReplies(t *testing.T) {
	client := answer(t, func(conn net.Conn, seq uint64) {
		send(t, conn, responseHeader{Seq: seq}, Reply[[]byte]{Result: make([]byte, maxMessage/4*3)})
	})
	for range 3 {
		got, err := client.KernelBTF(t.Context())
		require.NoError(t, err)
		assert.Len(t, got, maxMessage/4*3)
	}
}

// A caller may rely on the form of what it gets, whoever sent it.
func TestRepliesThatMakeNoSense(t *testing.T) {
	calls := map[string]func(*Client) error{
		"Info":   func(c *Client) error { _, err := c.Info(t.Context()); return err },
		"Load":   func(c *Client) error { _, err := c.Load(t.Context(), testbed.LoadRequest{}); return err },
		"Exec":   func(c *Client) error { _, err := c.Exec(t.Context(), testbed.ExecRequest{}); return err },
		"Lookup": func(c *Client) error { _, err := c.Lookup(t.Context(), 1, nil); return err },
		"Trace":  func(c *Client) error { _, err := c.Trace(t.Context()); return err },
		"Exec, too few steps": func(c *Client) error {
			_, err := c.Exec(t.Context(), testbed.ExecRequest{Steps: make([]testbed.ExecStep, 2)})
			return err
		},
		"BlockIO, too few steps": func(c *Client) error {
			_, err := c.BlockIO(t.Context(), testbed.BlockRequest{Steps: make([]testbed.BlockStep, 2)})
			return err
		},
		"Processes, too few": func(c *Client) error {
			_, err := c.Processes(t.Context(), testbed.ProcessRequest{Processes: make([]testbed.Process, 1)})
			return err
		},
		"Processes, too few threads": func(c *Client) error {
			_, err := c.Processes(t.Context(), testbed.ProcessRequest{Processes: []testbed.Process{{Comm: "two", Threads: 2}}})
			return err
		},
		"RunStats, too few programs": func(c *Client) error { _, err := c.RunStats(t.Context(), []uint32{1, 2}); return err },
	}
	type object = map[string]any
	result := func(v any) object { return object{"Result": v} }
	for name, reply := range map[string]struct {
		body  any
		calls []string
	}{
		"null":             {result(nil), []string{"Info", "Load", "Exec", "Lookup", "Trace", "RunStats, too few programs"}},
		"no result":        {object{}, []string{"Info", "Load", "Exec", "Lookup", "Trace", "RunStats, too few programs"}},
		"one step":         {result(object{"Steps": []any{object{}}}), []string{"Exec, too few steps", "BlockIO, too few steps"}},
		"an empty object":  {result(object{}), []string{"Lookup", "Processes, too few"}},
		"one thread":       {result(object{"Processes": []any{object{"PID": 3, "TIDs": []any{3}}}}), []string{"Processes, too few threads"}},
		"one empty object": {result([]any{object{}}), []string{"RunStats, too few programs"}},
	} {
		for _, call := range reply.calls {
			t.Run(call+" "+name, func(t *testing.T) {
				client := answer(t, func(conn net.Conn, seq uint64) {
					send(t, conn, responseHeader{Seq: seq}, reply.body)
				})
				assert.ErrorIs(t, calls[call](client), errBadMessage)
			})
		}
	}
}

// What is wrong with a reply is said at once: the machine at the other end has
// not died.
func TestReplyOfAnotherType(t *testing.T) {
	for name, reply := range map[string]func(seq uint64) []any{
		"result":       func(seq uint64) []any { return []any{responseHeader{Seq: seq}, map[string]any{"Result": 5}} },
		"error":        func(seq uint64) []any { return []any{responseHeader{Seq: seq, Error: "unknown method"}, nil} },
		"no result":    func(seq uint64) []any { return []any{responseHeader{Seq: seq}} },
		"two results":  func(seq uint64) []any { return []any{responseHeader{Seq: seq}, Reply[None]{}, 5} },
		"no header":    func(seq uint64) []any { return []any{seq} },
		"not CBOR":     func(seq uint64) []any { return []any{rawItem{0xff}} },
		"not complete": func(seq uint64) []any { return []any{responseHeader{Seq: seq}, rawItem{0x5a, 1, 0, 0, 0}} },
		"nothing":      func(seq uint64) []any { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			client := answer(t, func(conn net.Conn, seq uint64) { send(t, conn, reply(seq)...) })
			_, err := client.Info(t.Context())
			assert.ErrorContains(t, err, "connection to the testbed: ")
		})
	}
}
