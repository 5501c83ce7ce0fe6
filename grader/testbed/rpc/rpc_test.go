package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// fake answers some calls and lacks the rest.
type fake struct {
	testbed.Testbed
	load func(context.Context, testbed.LoadRequest) (*testbed.Object, error)
}

func (f *fake) Info(context.Context) (*testbed.Info, error) {
	return &testbed.Info{Release: "6.1", CPUs: []int{0, 1}, Missing: map[testbed.Feature]string{testbed.FeatureBTF: "why"}}, nil
}

func (f *fake) Load(ctx context.Context, req testbed.LoadRequest) (*testbed.Object, error) {
	return f.load(ctx, req)
}

func (f *fake) Attach(context.Context, testbed.AttachRequest) ([]testbed.Link, error) {
	return nil, &testbed.AttachError{Program: "p", Section: "kprobe/x", Message: "no"}
}

func (f *fake) Lookup(_ context.Context, id uint32, key []byte) (*testbed.Element, error) {
	if id == 404 {
		return nil, fmt.Errorf("look up: %w", testbed.ErrKeyNotFound)
	}
	return &testbed.Element{Key: key, Values: [][]byte{{0, 255, 128}, {}}}, nil
}

func (f *fake) Update(_ context.Context, id uint32, _, _ []byte) error {
	return fmt.Errorf("update map %d: %w", id, testbed.ErrNotPermitted)
}

func (f *fake) BlockIO(context.Context, testbed.BlockRequest) (*testbed.BlockReport, error) {
	return nil, fmt.Errorf("disk: %w", testbed.ErrNotSupported)
}

func (f *fake) Processes(_ context.Context, req testbed.ProcessRequest) (*testbed.ProcessReport, error) {
	report := &testbed.ProcessReport{Processes: []testbed.ProcessInfo{{PID: 7, TIDs: []uint32{7, 8}}}}
	for _, s := range req.Steps {
		report.Steps = append(report.Steps, testbed.CallStepReport{Done: s.Count, Start: 1<<63 + 1, End: 1<<64 - 1})
	}
	return report, nil
}

func (f *fake) RunStats(context.Context, []uint32) ([]testbed.RunStats, error) {
	return nil, errors.New("plain")
}

// connect returns a client of tb and a channel that gives the end of serving.
func connect(t *testing.T, tb testbed.Testbed) (*Client, <-chan error) {
	host, guest := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(guest, tb) }()
	client := NewClient(host, nil)
	t.Cleanup(func() { client.Close() })
	return client, served
}

func TestCalls(t *testing.T) {
	client, _ := connect(t, &fake{load: func(_ context.Context, req testbed.LoadRequest) (*testbed.Object, error) {
		return &testbed.Object{Programs: []testbed.Program{{ID: 7, Name: string(req.Object)}}, Duration: time.Second}, nil
	}})
	ctx := t.Context()

	info, err := client.Info(ctx)
	require.NoError(t, err)
	assert.Equal(t, "why", info.Missing[testbed.FeatureBTF])
	assert.Equal(t, []int{0, 1}, info.CPUs)

	object, err := client.Load(ctx, testbed.LoadRequest{Object: []byte("bytes")})
	require.NoError(t, err)
	assert.Equal(t, &testbed.Object{Programs: []testbed.Program{{ID: 7, Name: "bytes"}}, Duration: time.Second}, object)

	processes, err := client.Processes(ctx, testbed.ProcessRequest{
		Processes: []testbed.Process{{Comm: "one", Threads: 2}},
		Steps:     []testbed.CallStep{{Thread: 1, Kind: testbed.CallMkdirFailure, Count: 3}},
	})
	require.NoError(t, err)
	assert.Equal(t, &testbed.ProcessReport{
		Processes: []testbed.ProcessInfo{{PID: 7, TIDs: []uint32{7, 8}}},
		Steps:     []testbed.CallStepReport{{Done: 3, Start: 1<<63 + 1, End: 1<<64 - 1}},
	}, processes)

	element, err := client.Lookup(ctx, 1, []byte{1, 0, 0, 200})
	require.NoError(t, err)
	assert.Equal(t, &testbed.Element{Key: []byte{1, 0, 0, 200}, Values: [][]byte{{0, 255, 128}, {}}}, element)
}

// Names are the programs' own: they need not be UTF-8.
func TestTextOfAnyBytes(t *testing.T) {
	client, _ := connect(t, &fake{load: func(context.Context, testbed.LoadRequest) (*testbed.Object, error) {
		return nil, &testbed.LoadError{Program: "p", Message: "\xff\x80"}
	}})
	_, err := client.Load(t.Context(), testbed.LoadRequest{})
	var load *testbed.LoadError
	require.ErrorAs(t, err, &load)
	assert.Equal(t, "\xff\x80", load.Message)
}

// A request that the other end would not read is not sent.
func TestTooLargeRequest(t *testing.T) {
	client, _ := connect(t, &fake{load: func(context.Context, testbed.LoadRequest) (*testbed.Object, error) {
		return &testbed.Object{}, nil
	}})
	_, err := client.Load(t.Context(), testbed.LoadRequest{Object: make([]byte, maxMessage)})
	assert.ErrorContains(t, err, "more than 32 MiB")
	_, err = client.Load(t.Context(), testbed.LoadRequest{})
	assert.NoError(t, err, "the connection is as good as before")
}

func TestErrorsKeepTheirType(t *testing.T) {
	refused := &testbed.LoadError{Program: "p", Message: "no", Log: "0: (b7) r0 = 0\n"}
	client, _ := connect(t, &fake{load: func(context.Context, testbed.LoadRequest) (*testbed.Object, error) {
		return nil, fmt.Errorf("wrapped: %w", refused)
	}})
	ctx := t.Context()

	_, err := client.Load(ctx, testbed.LoadRequest{})
	var load *testbed.LoadError
	require.ErrorAs(t, err, &load)
	assert.Equal(t, refused, load)
	assert.EqualError(t, err, "wrapped: load program p: no")

	_, err = client.Attach(ctx, testbed.AttachRequest{})
	var attach *testbed.AttachError
	require.ErrorAs(t, err, &attach)
	assert.Equal(t, "kprobe/x", attach.Section)

	_, err = client.Lookup(ctx, 404, nil)
	assert.ErrorIs(t, err, testbed.ErrKeyNotFound)
	err = client.Update(ctx, 403, nil, nil)
	assert.ErrorIs(t, err, testbed.ErrNotPermitted)
	_, err = client.BlockIO(ctx, testbed.BlockRequest{})
	assert.ErrorIs(t, err, testbed.ErrNotSupported)
	_, err = client.RunStats(ctx, nil)
	assert.ErrorContains(t, err, "plain")
}

func TestDeadlineReachesTheOtherEnd(t *testing.T) {
	client, _ := connect(t, &fake{load: func(ctx context.Context, _ testbed.LoadRequest) (*testbed.Object, error) {
		_, ok := ctx.Deadline()
		assert.True(t, ok)
		<-ctx.Done()
		return nil, fmt.Errorf("load: %w", ctx.Err())
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := client.Load(ctx, testbed.LoadRequest{})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestCancelledCallReturns(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	client, _ := connect(t, &fake{load: func(context.Context, testbed.LoadRequest) (*testbed.Object, error) {
		cancel()
		<-release
		return nil, nil
	}})
	_, err := client.Load(ctx, testbed.LoadRequest{})
	assert.ErrorIs(t, err, context.Canceled)
}

// A call whose time is up is not even sent.
func TestCallAfterItsTime(t *testing.T) {
	client, served := connect(t, &fake{load: func(context.Context, testbed.LoadRequest) (*testbed.Object, error) {
		t.Error("the call was sent")
		return nil, nil
	}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		_, err := client.Load(ctx, testbed.LoadRequest{})
		require.ErrorIs(t, err, context.Canceled)
	}
	require.NoError(t, client.Close())
	assert.NoError(t, <-served)
}

// Closing ends the calls that are under way.
func TestCloseDuringCall(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	client, _ := connect(t, &fake{load: func(context.Context, testbed.LoadRequest) (*testbed.Object, error) {
		close(begun)
		<-release
		return nil, nil
	}})
	failed := make(chan error)
	go func() {
		_, err := client.Load(t.Context(), testbed.LoadRequest{})
		failed <- err
	}()
	<-begun
	require.NoError(t, client.Close())
	assert.Error(t, <-failed)
	assert.NoError(t, client.Close(), "twice")
}

// After a hangup the other end reads nothing more: a machine that is saved
// then is not in the middle of a conversation.
func TestHangup(t *testing.T) {
	client, served := connect(t, &fake{})
	require.NoError(t, client.Hangup(t.Context()))
	assert.NoError(t, <-served)
}

func TestBrokenConnection(t *testing.T) {
	host, guest := net.Pipe()
	why := &testbed.CrashError{Reason: "panic"}
	client := NewClient(host, func() error { return why })
	defer client.Close()
	guest.Close()
	_, err := client.Info(t.Context())
	assert.ErrorIs(t, err, why)
}
