// Command bench measures how fast submissions are graded, each figure beside
// what it is to be compared with, in one run on the same machine: see
// docs/performance.md. It is for "make bench"; nothing passes or fails by it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"

	"github.com/bpfgrade/bpfgrade/exercises"
	"github.com/bpfgrade/bpfgrade/grader"
)

func main() {
	b := &bench{}
	flag.StringVar(&b.agent, "agent", "bin/bpfgrade", "the executable that becomes the first process of a guest")
	flag.StringVar(&b.kernel, "kernel", "", "the kernel to grade on (default: the first that was added)")
	flag.StringVar(&b.exercises, "exercises", "exercises", "the folder with the exercises' submissions")
	flag.IntVar(&b.runs, "n", 20, "how often each figure is measured")
	flag.IntVar(&b.many, "many", 1000, "how many submissions are graded to see that time and memory grow evenly")
	flag.IntVar(&b.jobs, "jobs", runtime.NumCPU(), "how many submissions are graded at a time where many are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what is measured, and how often.
type bench struct {
	agent, kernel, exercises string
	runs, many, jobs         int
}

// run measures everything and prints each figure when it is known.
func (b *bench) run(ctx context.Context) error {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err
	}
	fmt.Printf("%d processors, load %.4s, %d runs of each\n", runtime.NumCPU(), load, b.runs)
	for _, measure := range []func(context.Context) error{
		b.latencies, b.builds, b.verdicts, b.throughput, b.growth, b.records,
	} {
		if err := measure(ctx); err != nil {
			return err
		}
	}
	return nil
}

// exercise finds an exercise by its slug.
func exercise(slug string) *grader.Exercise {
	for _, ex := range exercises.All {
		if ex.Slug == slug {
			return ex
		}
	}
	panic("no exercise " + slug)
}
