package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"net/rpc/jsonrpc"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Client is a [testbed.Testbed] at the other end of a stream.
type Client struct {
	rpc *rpc.Client
	why func() error
}

var _ testbed.Testbed = (*Client)(nil)

// NewClient returns a client that speaks over conn, which it owns. When the
// connection breaks, why, if not nil, is asked for the reason.
func NewClient(conn io.ReadWriteCloser, why func() error) *Client {
	return &Client{rpc: jsonrpc.NewClient(conn), why: why}
}

// noDeadline is the time for a call whose context has no deadline.
const noDeadline = 10 * time.Minute

// invoke calls one method. When ctx ends first the call goes on at the other
// end, and the client should be closed.
func invoke[Res, Req any](ctx context.Context, c *Client, method string, req Req) (Res, error) {
	call := Call[Req]{Timeout: noDeadline, Request: req}
	if deadline, ok := ctx.Deadline(); ok {
		call.Timeout = time.Until(deadline)
	}
	var reply Reply[Res]
	pending := c.rpc.Go(serviceName+"."+method, call, &reply, make(chan *rpc.Call, 1))
	select {
	case <-ctx.Done():
		var none Res
		return none, fmt.Errorf("%s: %w", method, ctx.Err())
	case <-pending.Done:
	}
	if pending.Error != nil && c.why != nil {
		return reply.Result, fmt.Errorf("%s: %w", method, c.why())
	}
	if pending.Error != nil {
		return reply.Result, fmt.Errorf("%s: connection to the testbed: %w", method, pending.Error)
	}
	return reply.Result, reply.Error.fromWire()
}

// Info implements [testbed.Testbed].
func (c *Client) Info(ctx context.Context) (*testbed.Info, error) {
	return invoke[*testbed.Info](ctx, c, "Info", None{})
}

// Load implements [testbed.Testbed].
func (c *Client) Load(ctx context.Context, req testbed.LoadRequest) (*testbed.Object, error) {
	return invoke[*testbed.Object](ctx, c, "Load", req)
}

// Attach implements [testbed.Testbed].
func (c *Client) Attach(ctx context.Context, req testbed.AttachRequest) ([]testbed.Link, error) {
	return invoke[[]testbed.Link](ctx, c, "Attach", req)
}

// Exec implements [testbed.Testbed].
func (c *Client) Exec(ctx context.Context, req testbed.ExecRequest) (*testbed.ExecReport, error) {
	return invoke[*testbed.ExecReport](ctx, c, "Exec", req)
}

// BlockIO implements [testbed.Testbed].
func (c *Client) BlockIO(ctx context.Context, req testbed.BlockRequest) (*testbed.BlockReport, error) {
	return invoke[*testbed.BlockReport](ctx, c, "BlockIO", req)
}

// Lookup implements [testbed.Testbed].
func (c *Client) Lookup(ctx context.Context, mapID uint32, key []byte) (*testbed.Element, error) {
	return invoke[*testbed.Element](ctx, c, "Lookup", LookupQuery{mapID, key})
}

// Update implements [testbed.Testbed].
func (c *Client) Update(ctx context.Context, mapID uint32, key, value []byte) error {
	_, err := invoke[None](ctx, c, "Update", UpdateQuery{mapID, key, value})
	return err
}

// Elements implements [testbed.Testbed].
func (c *Client) Elements(ctx context.Context, mapID uint32) ([]testbed.Element, error) {
	return invoke[[]testbed.Element](ctx, c, "Elements", mapID)
}

// Watch implements [testbed.Testbed].
func (c *Client) Watch(ctx context.Context, req testbed.WatchRequest) error {
	_, err := invoke[None](ctx, c, "Watch", req)
	return err
}

// Records implements [testbed.Testbed].
func (c *Client) Records(ctx context.Context, mapID uint32) (*testbed.Records, error) {
	return invoke[*testbed.Records](ctx, c, "Records", mapID)
}

// Trace implements [testbed.Testbed].
func (c *Client) Trace(ctx context.Context) (*testbed.Trace, error) {
	return invoke[*testbed.Trace](ctx, c, "Trace", None{})
}

// RunStats implements [testbed.Testbed].
func (c *Client) RunStats(ctx context.Context, programIDs []uint32) ([]testbed.RunStats, error) {
	return invoke[[]testbed.RunStats](ctx, c, "RunStats", programIDs)
}

// Reset implements [testbed.Testbed].
func (c *Client) Reset(ctx context.Context) ([]testbed.Leftover, error) {
	return invoke[[]testbed.Leftover](ctx, c, "Reset", None{})
}

// KernelBTF implements [testbed.Testbed].
func (c *Client) KernelBTF(ctx context.Context) ([]byte, error) {
	return invoke[[]byte](ctx, c, "KernelBTF", None{})
}

// Hangup makes the other end stop serving this client. When it returns, the
// other end waits for the next one.
func (c *Client) Hangup(ctx context.Context) error {
	_, err := invoke[None](ctx, c, "Hangup", None{})
	return err
}

// Close ends the connection. What is loaded at the other end stays there.
func (c *Client) Close() error {
	if err := c.rpc.Close(); err != nil && !errors.Is(err, rpc.ErrShutdown) {
		return err
	}
	return nil
}
