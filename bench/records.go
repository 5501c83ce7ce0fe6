package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// callsForRecords is how many calls on each processor send a record: many times
// what a buffer holds.
const callsForRecords = 20_000

// recordPages is the size of each processor's perf buffer, in pages.
const recordPages = 64

// records measures how fast records are read, and how many are lost, when the
// kernel makes them as fast as it can.
func (b *bench) records(ctx context.Context) error {
	backend, err := b.open(ctx, restored)
	if err != nil {
		return err
	}
	defer backend.Close()
	title(fmt.Sprintf("%d failing calls on each processor, a record for each", callsForRecords))
	for name, path := range map[string]string{
		"perf buffer": b.accepted("exec-events"),
		"ring buffer": filepath.Join(b.exercises, "exec-events/submissions/rejected/ring-buffer"),
	} {
		if err := readRecords(ctx, backend, name, path); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func readRecords(ctx context.Context, backend *backend.Backend, name, path string) error {
	s, err := submission.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	object, err := buildObject(ctx, backend, s)
	if err != nil {
		return err
	}
	for _, watch := range []bool{false, true} {
		tb, err := backend.Grader.Open(ctx)
		if err != nil {
			return err
		}
		defer tb.Close()
		said, err := sendRecords(ctx, tb, object, watch)
		if err != nil {
			return err
		}
		what := name + ", nobody reads"
		if watch {
			what = name + ", read"
		}
		row(what, said)
	}
	return nil
}

// sendRecords says how fast the calls were that send records, and what came of
// the records if somebody reads them.
func sendRecords(ctx context.Context, tb testbed.Testbed, object []byte, watch bool) (string, error) {
	loaded, err := tb.Load(ctx, testbed.LoadRequest{Object: object})
	if err != nil {
		return "", err
	}
	var events uint32
	for _, m := range loaded.Maps {
		if m.Name == "events" {
			events = m.ID
		}
	}
	if watch {
		if err := tb.Watch(ctx, testbed.WatchRequest{MapID: events, Pages: recordPages}); err != nil {
			return "", err
		}
	}
	if _, err := tb.Attach(ctx, testbed.AttachRequest{}); err != nil {
		return "", err
	}
	info, err := tb.Info(ctx)
	if err != nil {
		return "", err
	}
	req := testbed.ExecRequest{Concurrent: true}
	for _, cpu := range info.CPUs {
		req.Steps = append(req.Steps, testbed.ExecStep{Kind: testbed.ExecFailure, CPU: cpu, Count: callsForRecords})
	}
	report, err := tb.Exec(ctx, req)
	if err != nil {
		return "", err
	}
	begin, end := report.Steps[0].Start, report.Steps[0].End
	for _, step := range report.Steps {
		begin, end = min(begin, step.Start), max(end, step.End)
	}
	sent := callsForRecords * len(info.CPUs)
	said := fmt.Sprintf("%.0f calls a second", float64(sent)/(float64(end-begin)/1e9))
	if !watch {
		return said, nil
	}
	records, err := tb.Records(ctx, events)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %d of %d records received", said, len(records.Records), sent), nil
}
