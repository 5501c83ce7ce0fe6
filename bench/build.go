package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// builds measures from a source to its object, with a source that is new and
// with one that did not change.
func (b *bench) builds(ctx context.Context) error {
	backend, err := b.open(ctx, restored)
	if err != nil {
		return err
	}
	defer backend.Close()
	dir, err := os.MkdirTemp("", "bpfgrade-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source, err := os.ReadFile(filepath.Join(b.accepted("exec-counter"), "prog.bpf.c"))
	if err != nil {
		return err
	}
	var first, again spread
	for range b.runs {
		if err := os.WriteFile(filepath.Join(dir, "prog.bpf.c"), changed(source), 0o600); err != nil {
			return err
		}
		for _, times := range []*spread{&first, &again} {
			begin := time.Now()
			s, err := submission.Open(dir)
			if err != nil {
				return err
			}
			_, err = buildObject(ctx, backend, s)
			s.Close()
			if err != nil {
				return err
			}
			*times = append(*times, time.Since(begin))
		}
	}
	title("source to object")
	row("a new source", first)
	row("an unchanged source", again)
	return nil
}

// changed is a source that was never built before, and does the same.
func changed(source []byte) []byte {
	return fmt.Appendf(nil, "%s// %d\n", source, time.Now().UnixNano())
}

// buildObject is a submission's object file.
func buildObject(ctx context.Context, backend *backend.Backend, s *submission.Submission) ([]byte, error) {
	object, _, err := backend.Build.BPF(ctx, s)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(object)
}
