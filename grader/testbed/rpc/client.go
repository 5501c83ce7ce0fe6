package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/rpc"
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
	return &Client{rpc: rpc.NewClientWithCodec(&clientCodec{codec{conn: conn}}), why: why}
}

// noDeadline is the time for a call whose context has no deadline.
const noDeadline = 10 * time.Minute

// invoke calls one method. When ctx ends first the call goes on at the other
// end, and the client should be closed.
func invoke[Res, Req any](ctx context.Context, c *Client, method string, req Req) (Res, error) {
	var none Res
	if ctx.Err() != nil {
		return none, fmt.Errorf("%s: %w", method, ctx.Err())
	}
	call := Call[Req]{Timeout: noDeadline, Request: req}
	if deadline, ok := ctx.Deadline(); ok {
		call.Timeout = time.Until(deadline)
	}
	var reply Reply[Res]
	pending := c.rpc.Go(serviceName+"."+method, call, &reply, make(chan *rpc.Call, 1))
	select {
	case <-ctx.Done():
		return none, fmt.Errorf("%s: %w", method, ctx.Err())
	case <-pending.Done:
	}
	if pending.Error != nil {
		return none, fmt.Errorf("%s: %w", method, c.broken(pending.Error))
	}
	return reply.Result, reply.Error.fromWire()
}

// invokePointer is invoke for a result that no success can lack.
func invokePointer[Res, Req any](ctx context.Context, c *Client, method string, req Req) (*Res, error) {
	result, err := invoke[*Res](ctx, c, method, req)
	if err == nil && result == nil {
		return nil, fmt.Errorf("%s: %w: no result", method, errBadMessage)
	}
	return result, err
}

// broken says why a call has no reply.
func (c *Client) broken(err error) error {
	if c.why != nil && isHangup(err) {
		return c.why()
	}
	return fmt.Errorf("connection to the testbed: %w", err)
}

// isHangup tells an error of the connection from one of what came over it.
func isHangup(err error) bool {
	var network net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, rpc.ErrShutdown) || errors.As(err, &network)
}

// Info implements [testbed.Testbed].
func (c *Client) Info(ctx context.Context) (*testbed.Info, error) {
	return invokePointer[testbed.Info](ctx, c, "Info", None{})
}

// Others implements [testbed.Testbed].
func (c *Client) Others(ctx context.Context) (testbed.Others, error) {
	return invoke[testbed.Others](ctx, c, "Others", None{})
}

// Load implements [testbed.Testbed].
func (c *Client) Load(ctx context.Context, req testbed.LoadRequest) (*testbed.Object, error) {
	return invokePointer[testbed.Object](ctx, c, "Load", req)
}

// Attach implements [testbed.Testbed].
func (c *Client) Attach(ctx context.Context, req testbed.AttachRequest) ([]testbed.Link, error) {
	return invoke[[]testbed.Link](ctx, c, "Attach", req)
}

// Exec implements [testbed.Testbed].
func (c *Client) Exec(ctx context.Context, req testbed.ExecRequest) (*testbed.ExecReport, error) {
	report, err := invokePointer[testbed.ExecReport](ctx, c, "Exec", req)
	if err == nil && len(report.Steps) != len(req.Steps) {
		return nil, fmt.Errorf("Exec: %w: %d steps instead of %d", errBadMessage, len(report.Steps), len(req.Steps))
	}
	return report, err
}

// Processes implements [testbed.Testbed].
func (c *Client) Processes(ctx context.Context, req testbed.ProcessRequest) (*testbed.ProcessReport, error) {
	report, err := invokePointer[testbed.ProcessReport](ctx, c, "Processes", req)
	if err != nil {
		return nil, err
	}
	if len(report.Processes) != len(req.Processes) || len(report.Steps) != len(req.Steps) {
		return nil, fmt.Errorf("Processes: %w: %d processes instead of %d, %d steps instead of %d",
			errBadMessage, len(report.Processes), len(req.Processes), len(report.Steps), len(req.Steps))
	}
	for i, p := range report.Processes {
		if len(p.TIDs) != req.Processes[i].Threads {
			return nil, fmt.Errorf("Processes: %w: %d threads instead of %d", errBadMessage, len(p.TIDs), req.Processes[i].Threads)
		}
	}
	return report, nil
}

// BlockIO implements [testbed.Testbed].
func (c *Client) BlockIO(ctx context.Context, req testbed.BlockRequest) (*testbed.BlockReport, error) {
	report, err := invokePointer[testbed.BlockReport](ctx, c, "BlockIO", req)
	if err == nil && len(report.Steps) != len(req.Steps) {
		return nil, fmt.Errorf("BlockIO: %w: %d steps instead of %d", errBadMessage, len(report.Steps), len(req.Steps))
	}
	return report, err
}

// Lookup implements [testbed.Testbed].
func (c *Client) Lookup(ctx context.Context, mapID uint32, key []byte) (*testbed.Element, error) {
	element, err := invokePointer[testbed.Element](ctx, c, "Lookup", LookupQuery{mapID, key})
	if err == nil && len(element.Values) == 0 {
		return nil, fmt.Errorf("Lookup: %w: no value", errBadMessage)
	}
	return element, err
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
	return invokePointer[testbed.Records](ctx, c, "Records", mapID)
}

// Trace implements [testbed.Testbed].
func (c *Client) Trace(ctx context.Context) (*testbed.Trace, error) {
	return invokePointer[testbed.Trace](ctx, c, "Trace", None{})
}

// RunStats implements [testbed.Testbed].
func (c *Client) RunStats(ctx context.Context, programIDs []uint32) ([]testbed.RunStats, error) {
	stats, err := invoke[[]testbed.RunStats](ctx, c, "RunStats", programIDs)
	if err == nil && len(stats) != len(programIDs) {
		return nil, fmt.Errorf("RunStats: %w: %d programs instead of %d", errBadMessage, len(stats), len(programIDs))
	}
	return stats, err
}

// Reset implements [testbed.Testbed].
func (c *Client) Reset(ctx context.Context) ([]testbed.Leftover, error) {
	return invoke[[]testbed.Leftover](ctx, c, "Reset", None{})
}

// Clean implements [testbed.Testbed].
func (c *Client) Clean(ctx context.Context) error {
	_, err := invoke[None](ctx, c, "Clean", None{})
	return err
}

// Install implements [testbed.Testbed].
func (c *Client) Install(ctx context.Context, req testbed.InstallRequest) (string, error) {
	return invoke[string](ctx, c, "Install", req)
}

// Run implements [testbed.Testbed].
func (c *Client) Run(ctx context.Context, req testbed.RunRequest) (*testbed.RunReport, error) {
	return invokePointer[testbed.RunReport](ctx, c, "Run", req)
}

// Start implements [testbed.Testbed].
func (c *Client) Start(ctx context.Context, req testbed.StartRequest) error {
	_, err := invoke[None](ctx, c, "Start", req)
	return err
}

// AwaitReady implements [testbed.Testbed].
func (c *Client) AwaitReady(ctx context.Context, within time.Duration) (*testbed.Running, error) {
	return invokePointer[testbed.Running](ctx, c, "AwaitReady", within)
}

// Output implements [testbed.Testbed].
func (c *Client) Output(ctx context.Context, req testbed.OutputRequest) (*testbed.Output, error) {
	return invokePointer[testbed.Output](ctx, c, "Output", req)
}

// BlockOutput implements [testbed.Testbed].
func (c *Client) BlockOutput(ctx context.Context) error {
	_, err := invoke[None](ctx, c, "BlockOutput", None{})
	return err
}

// Freeze implements [testbed.Testbed].
func (c *Client) Freeze(ctx context.Context) error {
	_, err := invoke[None](ctx, c, "Freeze", None{})
	return err
}

// Continue implements [testbed.Testbed].
func (c *Client) Continue(ctx context.Context) error {
	_, err := invoke[None](ctx, c, "Continue", None{})
	return err
}

// Stop implements [testbed.Testbed].
func (c *Client) Stop(ctx context.Context, req testbed.StopRequest) (*testbed.Exit, error) {
	return invokePointer[testbed.Exit](ctx, c, "Stop", req)
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
