package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
)

// way is a way to get a guest for a submission.
type way struct {
	// name says it in a few words, column in one.
	name, column string
	options      backend.Options
}

var (
	booted   = way{"a boot for each", "boot", backend.Options{Boot: true}}
	restored = way{"a fresh guest, restored before", "fresh", backend.Options{Fresh: true}}
	warm     = way{"a fresh guest, restored and warmed up before", "warm", backend.Options{Fresh: true, Warm: true}}
	reused   = way{"a guest proved clean", "reused", backend.Options{}}
)

func (b *bench) open(ctx context.Context, w way) (*backend.Backend, error) {
	options := w.options
	options.Name, options.Kernel, options.Agent = backend.VM, b.kernel, b.agent
	return backend.Open(ctx, options)
}

// latencies measures single submissions from request to verdict, with nothing
// else under way. The submissions are built already.
func (b *bench) latencies(ctx context.Context) error {
	for _, slug := range []string{"exec-counter", "exec-events"} {
		title(slug + ", request to verdict")
		ways := []way{booted, restored, warm, reused}
		if slug == "exec-events" { // its program ends its guest
			ways = ways[:3]
		}
		phasesOf := make(map[string]map[phase]spread)
		var totals []spread
		for _, w := range ways {
			runs := b.runs
			if w.options.Boot {
				runs = max(1, b.runs/4)
			}
			total, spent, err := b.latency(ctx, w, exercise(slug), b.accepted(slug), runs)
			if err != nil {
				return err
			}
			totals = append(totals, total)
			phasesOf[w.name] = spent
			text := total.String()
			if len(totals) > 1 {
				text += fmt.Sprintf(", 1/%.1f of a boot for each", float64(totals[0].median())/float64(total.median()))
			}
			row(w.name, text)
		}
		printPhases(ways, phasesOf)
	}
	return nil
}

// accepted is the path of a submission with full marks.
func (b *bench) accepted(slug string) string {
	return filepath.Join(b.exercises, slug, "submissions/accepted/tracepoint")
}

// spareTime is enough for a spare guest to be ready, on a machine that does
// nothing else.
const spareTime = 1500 * time.Millisecond

// latency grades a submission several times. The first, in which the submission
// is built, does not count.
func (b *bench) latency(ctx context.Context, w way, ex *grader.Exercise, path string, runs int) (spread, map[phase]spread, error) {
	backend, err := b.open(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	defer backend.Close()
	g, watch := watched(backend.Grader)
	var totals spread
	phases := make(map[phase]spread)
	for i := range runs + 1 {
		if w.options.Warm {
			time.Sleep(spareTime)
		}
		begin := time.Now()
		if err := gradeRight(ctx, g, ex, path, uint64(i)); err != nil {
			return nil, nil, err
		}
		total := time.Since(begin)
		spent := watch.take(total)
		if i == 0 {
			continue
		}
		totals = append(totals, total)
		for p, d := range spent {
			phases[p] = append(phases[p], d)
		}
	}
	return totals, phases, nil
}

// gradeRight grades a submission that must have full marks: what is fast and
// wrong is not measured.
func gradeRight(ctx context.Context, g *grader.Grader, ex *grader.Exercise, path string, seed uint64) error {
	result, err := g.Grade(ctx, ex, path, seed)
	if err != nil {
		return err
	}
	if result.Status != grader.StatusPass {
		return fmt.Errorf("%s: %s: %s", path, result.Status, result.Message)
	}
	return nil
}

// printPhases prints the medians of the phases, a column for each way.
func printPhases(ways []way, of map[string]map[phase]spread) {
	fmt.Printf("  medians in ms")
	for _, w := range ways {
		fmt.Printf(" %7s", w.column)
	}
	fmt.Println()
	for _, p := range phases {
		fmt.Printf("    %-11s", p)
		for _, w := range ways {
			fmt.Printf(" %7d", of[w.name][p].median().Milliseconds())
		}
		fmt.Println()
	}
}
