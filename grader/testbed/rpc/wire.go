// Package rpc carries a testbed over a byte stream: [Serve] offers one, and a
// [Client] is one. It is the standard library's net/rpc with messages in CBOR.
// An emulated machine feels what a message costs: gob has state that is built up
// anew for each connection, and JSON writes a program of a megabyte as text.
package rpc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// serviceName is the receiver's name in net/rpc.
const serviceName = "Testbed"

// Call is a request of any method.
type Call[T any] struct {
	// Timeout is the time that is left for the call.
	Timeout time.Duration
	Request T
}

// Reply is the answer of any method.
type Reply[T any] struct {
	Result T
	Error  *Error
}

// Error is an error on the wire. Those that a caller decides on keep their
// type.
type Error struct {
	Text         string
	Load         *testbed.LoadError
	Attach       *testbed.AttachError
	KeyNotFound  bool
	Gone         bool
	NotPermitted bool
	NotSupported bool
	TimedOut     bool
}

func toWire(err error) *Error {
	if err == nil {
		return nil
	}
	e := &Error{
		Text:         err.Error(),
		KeyNotFound:  errors.Is(err, testbed.ErrKeyNotFound),
		Gone:         errors.Is(err, testbed.ErrGone),
		NotPermitted: errors.Is(err, testbed.ErrNotPermitted),
		NotSupported: errors.Is(err, testbed.ErrNotSupported),
		TimedOut:     errors.Is(err, context.DeadlineExceeded),
	}
	errors.As(err, &e.Load)
	errors.As(err, &e.Attach)
	return e
}

// remote is an error that came over the wire: it reads as it did there and
// unwraps to what it was.
type remote struct {
	text string
	is   error
}

func (e *remote) Error() string { return e.text }
func (e *remote) Unwrap() error { return e.is }

func (e *Error) fromWire() error {
	switch {
	case e == nil:
		return nil
	case e.Load != nil:
		return &remote{e.Text, e.Load}
	case e.Attach != nil:
		return &remote{e.Text, e.Attach}
	case e.KeyNotFound:
		return &remote{e.Text, testbed.ErrKeyNotFound}
	case e.Gone:
		return &remote{e.Text, testbed.ErrGone}
	case e.NotPermitted:
		return &remote{e.Text, testbed.ErrNotPermitted}
	case e.NotSupported:
		return &remote{e.Text, testbed.ErrNotSupported}
	case e.TimedOut:
		return &remote{e.Text, context.DeadlineExceeded}
	}
	return fmt.Errorf("in the guest: %s", e.Text)
}
