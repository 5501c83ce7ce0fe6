package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Serve answers the calls of one client, one at a time, until the client hangs
// up or the stream ends. After a client's Hangup nothing more is read from the
// stream. The testbed stays open.
func Serve(conn io.ReadWriteCloser, tb testbed.Testbed) error {
	server := rpc.NewServer()
	service := &service{tb: tb}
	if err := server.RegisterName(serviceName, service); err != nil {
		return fmt.Errorf("offer testbed: %w", err)
	}
	codec := &serverCodec{codec{conn: conn}}
	defer codec.Close()
	for !service.hungUp {
		if err := server.ServeRequest(codec); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("serve request: %w", err)
		}
	}
	return nil
}

// service has one method for each of a testbed's, in the form that net/rpc
// wants.
type service struct {
	tb     testbed.Testbed
	hungUp bool
}

// None stands for no request or no result.
type None struct{}

// LookupQuery asks for one element of a map.
type LookupQuery struct {
	Map uint32
	Key []byte
}

// UpdateQuery asks to set one element of a map.
type UpdateQuery struct {
	Map        uint32
	Key, Value []byte
}

// serve runs one method with the caller's deadline.
func serve[Req, Res any](call Call[Req], reply *Reply[Res], method func(context.Context, Req) (Res, error)) error {
	ctx, cancel := context.WithTimeout(context.Background(), call.Timeout)
	defer cancel()
	result, err := method(ctx, call.Request)
	reply.Result, reply.Error = result, toWire(err)
	return nil
}

func (s *service) Info(call Call[None], reply *Reply[*testbed.Info]) error {
	return serve(call, reply, func(ctx context.Context, _ None) (*testbed.Info, error) { return s.tb.Info(ctx) })
}

func (s *service) Others(call Call[None], reply *Reply[testbed.Others]) error {
	return serve(call, reply, func(ctx context.Context, _ None) (testbed.Others, error) { return s.tb.Others(ctx) })
}

func (s *service) Load(call Call[testbed.LoadRequest], reply *Reply[*testbed.Object]) error {
	return serve(call, reply, s.tb.Load)
}

func (s *service) Attach(call Call[testbed.AttachRequest], reply *Reply[[]testbed.Link]) error {
	return serve(call, reply, s.tb.Attach)
}

func (s *service) Exec(call Call[testbed.ExecRequest], reply *Reply[*testbed.ExecReport]) error {
	return serve(call, reply, s.tb.Exec)
}

func (s *service) Processes(call Call[testbed.ProcessRequest], reply *Reply[*testbed.ProcessReport]) error {
	return serve(call, reply, s.tb.Processes)
}

func (s *service) BlockIO(call Call[testbed.BlockRequest], reply *Reply[*testbed.BlockReport]) error {
	return serve(call, reply, s.tb.BlockIO)
}

func (s *service) Lookup(call Call[LookupQuery], reply *Reply[*testbed.Element]) error {
	return serve(call, reply, func(ctx context.Context, q LookupQuery) (*testbed.Element, error) {
		return s.tb.Lookup(ctx, q.Map, q.Key)
	})
}

func (s *service) Update(call Call[UpdateQuery], reply *Reply[None]) error {
	return serve(call, reply, func(ctx context.Context, q UpdateQuery) (None, error) {
		return None{}, s.tb.Update(ctx, q.Map, q.Key, q.Value)
	})
}

func (s *service) Elements(call Call[uint32], reply *Reply[[]testbed.Element]) error {
	return serve(call, reply, s.tb.Elements)
}

func (s *service) Watch(call Call[testbed.WatchRequest], reply *Reply[None]) error {
	return serve(call, reply, func(ctx context.Context, req testbed.WatchRequest) (None, error) {
		return None{}, s.tb.Watch(ctx, req)
	})
}

func (s *service) Records(call Call[uint32], reply *Reply[*testbed.Records]) error {
	return serve(call, reply, s.tb.Records)
}

func (s *service) Trace(call Call[None], reply *Reply[*testbed.Trace]) error {
	return serve(call, reply, func(ctx context.Context, _ None) (*testbed.Trace, error) { return s.tb.Trace(ctx) })
}

func (s *service) RunStats(call Call[[]uint32], reply *Reply[[]testbed.RunStats]) error {
	return serve(call, reply, s.tb.RunStats)
}

func (s *service) Reset(call Call[None], reply *Reply[[]testbed.Leftover]) error {
	return serve(call, reply, func(ctx context.Context, _ None) ([]testbed.Leftover, error) { return s.tb.Reset(ctx) })
}

func (s *service) Clean(call Call[None], reply *Reply[None]) error {
	return serve(call, reply, func(ctx context.Context, _ None) (None, error) { return None{}, s.tb.Clean(ctx) })
}

func (s *service) Install(call Call[testbed.InstallRequest], reply *Reply[string]) error {
	return serve(call, reply, s.tb.Install)
}

func (s *service) Run(call Call[testbed.RunRequest], reply *Reply[*testbed.RunReport]) error {
	return serve(call, reply, s.tb.Run)
}

func (s *service) Start(call Call[testbed.StartRequest], reply *Reply[None]) error {
	return serve(call, reply, func(ctx context.Context, req testbed.StartRequest) (None, error) {
		return None{}, s.tb.Start(ctx, req)
	})
}

func (s *service) AwaitReady(call Call[time.Duration], reply *Reply[*testbed.Running]) error {
	return serve(call, reply, s.tb.AwaitReady)
}

func (s *service) Output(call Call[testbed.OutputRequest], reply *Reply[*testbed.Output]) error {
	return serve(call, reply, s.tb.Output)
}

func (s *service) BlockOutput(call Call[None], reply *Reply[None]) error {
	return serve(call, reply, func(ctx context.Context, _ None) (None, error) { return None{}, s.tb.BlockOutput(ctx) })
}

func (s *service) Freeze(call Call[None], reply *Reply[None]) error {
	return serve(call, reply, func(ctx context.Context, _ None) (None, error) { return None{}, s.tb.Freeze(ctx) })
}

func (s *service) Continue(call Call[None], reply *Reply[None]) error {
	return serve(call, reply, func(ctx context.Context, _ None) (None, error) { return None{}, s.tb.Continue(ctx) })
}

func (s *service) Stop(call Call[testbed.StopRequest], reply *Reply[*testbed.Exit]) error {
	return serve(call, reply, s.tb.Stop)
}

func (s *service) KernelBTF(call Call[None], reply *Reply[[]byte]) error {
	return serve(call, reply, func(ctx context.Context, _ None) ([]byte, error) { return s.tb.KernelBTF(ctx) })
}

// Hangup ends the serving of this client.
func (s *service) Hangup(call Call[None], reply *Reply[None]) error {
	s.hungUp = true
	return nil
}
