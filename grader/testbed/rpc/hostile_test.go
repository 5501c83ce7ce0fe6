package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// answer connects a client to somebody who reads its requests and answers each
// as it likes.
func answer(t *testing.T, with func(conn net.Conn, id int)) *Client {
	host, guest := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		requests := json.NewDecoder(guest)
		for {
			var request struct{ ID int }
			if requests.Decode(&request) != nil {
				return
			}
			with(guest, request.ID)
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

func TestEndlessReply(t *testing.T) {
	junk := bytes.Repeat([]byte("1"), 1<<20)
	for name, start := range map[string]string{"string": `{"result": "`, "number": ``} {
		t.Run(name, func(t *testing.T) {
			var sent atomic.Int64
			client := answer(t, func(conn net.Conn, _ int) {
				_, err := conn.Write([]byte(start))
				for err == nil && sent.Load() < 4*maxReply {
					var n int
					n, err = conn.Write(junk)
					sent.Add(int64(n))
				}
			})
			_, err := client.Info(t.Context())
			assert.ErrorIs(t, err, errReplyTooLarge)
			require.NoError(t, client.Close())
			assert.Less(t, sent.Load(), int64(2*maxReply))
		})
	}
}

// The bound is for each reply, not for all of them.
func TestManyLargeReplies(t *testing.T) {
	btf, err := json.Marshal(make([]byte, maxReply/4))
	require.NoError(t, err)
	client := answer(t, func(conn net.Conn, id int) {
		fmt.Fprintf(conn, `{"id": %d, "result": {"Result": %s}, "error": null}`, id, btf)
	})
	for range 4 {
		got, err := client.KernelBTF(t.Context())
		require.NoError(t, err)
		assert.Len(t, got, maxReply/4)
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
	for reply, names := range map[string][]string{
		`{"Result": null}`:           {"Info", "Load", "Exec", "Lookup", "Trace", "RunStats, too few programs"},
		`{}`:                         {"Info", "Load", "Exec", "Lookup", "Trace", "RunStats, too few programs"},
		`{"Result": {"Steps":[{}]}}`: {"Exec, too few steps", "BlockIO, too few steps"},
		`{"Result": {}}`:             {"Lookup", "Processes, too few"},
		`{"Result": {"Processes":[{"PID":3,"TIDs":[3]}]}}`: {"Processes, too few threads"},
		`{"Result": [{}]}`: {"RunStats, too few programs"},
	} {
		for _, name := range names {
			t.Run(name+" "+reply, func(t *testing.T) {
				client := answer(t, func(conn net.Conn, id int) {
					fmt.Fprintf(conn, `{"id": %d, "result": %s, "error": null}`, id, reply)
				})
				assert.ErrorIs(t, calls[name](client), errBadReply)
			})
		}
	}
}

// What is wrong with a reply is said at once: the machine at the other end has
// not died.
func TestReplyOfAnotherType(t *testing.T) {
	for name, reply := range map[string]string{
		"result":    `{"id": %d, "result": {"Result": 5}, "error": null}`,
		"error":     `{"id": %d, "result": null, "error": "unknown method"}`,
		"not JSON":  `%d]`,
		"no object": `[%d]`,
	} {
		t.Run(name, func(t *testing.T) {
			client := answer(t, func(conn net.Conn, id int) { fmt.Fprintf(conn, reply, id) })
			_, err := client.Info(t.Context())
			assert.ErrorContains(t, err, "connection to the testbed: ")
		})
	}
}
