package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bpfgrade/bpfgrade/grader"
)

// throughput measures submissions side by side.
func (b *bench) throughput(ctx context.Context) error {
	title(fmt.Sprintf("exec-counter, %d at a time", b.jobs))
	for _, w := range []way{booted, restored, reused} {
		count := 4 * b.runs
		if w.options.Boot {
			count = max(b.jobs, b.runs/2)
		}
		backend, err := b.open(ctx, w)
		if err != nil {
			return err
		}
		took, private, err := b.several(ctx, &backend.Grader, count)
		backend.Close()
		if err != nil {
			return err
		}
		row(w.name, fmt.Sprintf("%5.2f a second, %d MB a guest beyond what is shared", float64(count)/took.Seconds(), private>>20))
	}
	return nil
}

// several grades a submission count times, and returns how long that took and the
// most memory that a guest had of its own, in bytes.
func (b *bench) several(ctx context.Context, g *grader.Grader, count int) (time.Duration, int64, error) {
	ex, path := exercise("exec-counter"), b.accepted("exec-counter")
	if err := gradeRight(ctx, g, ex, path, 0); err != nil { // builds it
		return 0, 0, err
	}
	var most atomic.Int64
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for watching.Err() == nil {
			if now := largestGuest(); now > most.Load() {
				most.Store(now)
			}
			time.Sleep(200 * time.Millisecond)
		}
	}()
	begin := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(b.jobs)
	for i := range count {
		group.Go(func() error { return gradeRight(ctx, g, ex, path, uint64(i)) })
	}
	err := group.Wait()
	return time.Since(begin), most.Load(), err
}

// largestGuest is the most memory that one of this process's guests has of its
// own, in bytes; see smaps_rollup in proc(5).
func largestGuest() int64 {
	children, _ := filepath.Glob("/proc/self/task/*/children")
	var most int64
	for _, file := range children {
		text, _ := os.ReadFile(file)
		for _, child := range strings.Fields(string(text)) {
			most = max(most, privateMemory(child))
		}
	}
	return most
}

// privateMemory is what a process does not share with others, in bytes.
func privateMemory(process string) int64 {
	text, _ := os.ReadFile("/proc/" + process + "/smaps_rollup")
	var sum int64
	for line := range strings.Lines(string(text)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "Private_Dirty: %d kB", &kib); err == nil {
			sum += kib << 10
		}
		if _, err := fmt.Sscanf(line, "Private_Clean: %d kB", &kib); err == nil {
			sum += kib << 10
		}
	}
	return sum
}

// growth grades many submissions and prints the time and this process's memory
// for each part of them.
func (b *bench) growth(ctx context.Context) error {
	if b.many == 0 {
		return nil
	}
	title(fmt.Sprintf("%d submissions of exec-counter, in four parts", b.many))
	backend, err := b.open(ctx, reused)
	if err != nil {
		return err
	}
	defer backend.Close()
	for part := range 4 {
		took, private, err := b.several(ctx, &backend.Grader, b.many/4)
		if err != nil {
			return err
		}
		row(fmt.Sprintf("part %d", part+1), fmt.Sprintf("%.1f s, %d MB here, %d MB the largest guest",
			took.Seconds(), privateMemory("self")>>20, private>>20))
	}
	return nil
}
