package class

import (
	"context"
	"fmt"
	"hash/fnv"

	"golang.org/x/sync/errgroup"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/kept"
)

// Run grades a class. Each result is kept the moment it is known, and what is
// kept is not graded again.
type Run struct {
	Store *kept.Store
	// Jobs is how many submissions are graded at a time, at least 1.
	Jobs int
	// Grade grades one submission. The result's name becomes the entry's.
	Grade func(ctx context.Context, e Entry) (*grader.Result, error)
	// Current, if not nil, tells whether a kept result is what grading now would
	// give. Those that are not are graded again.
	Current func(e Entry, r *grader.Result) bool
	// Watch is told how the run goes on.
	Watch Watcher
}

// Watcher is told how a run goes on. Its methods are called by several
// goroutines.
type Watcher interface {
	// Begin says how many there are to grade, and that so many are kept.
	Begin(toGrade, kept int)
	Start(e Entry)
	// Done says what became of an entry that was started. Again tells that it
	// will be tried once more, alone.
	Done(e Entry, r *grader.Result, again bool)
	// Warn says what a person should know, in a sentence without a full stop.
	Warn(text string)
}

// Results returns a result for each entry, in their order. A result that may
// come from the machine is not kept: its submission is graded once more, alone,
// after the others. The run ends with the first error: that of ctx, or of what
// cannot be kept.
func (r *Run) Results(ctx context.Context, entries []Entry) ([]*grader.Result, error) {
	results := make([]*grader.Result, len(entries))
	var pending []int
	for i, e := range entries {
		result, err := r.Store.Get(e.Exercise, e.Name)
		if err != nil {
			r.Watch.Warn(fmt.Sprintf("%v: graded again", err))
		}
		if result != nil && (r.Current == nil || r.Current(e, result)) {
			results[i] = result
			continue
		}
		pending = append(pending, i)
	}
	r.Watch.Begin(len(pending), len(entries)-len(pending))

	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.Jobs)
	for _, i := range pending {
		group.Go(func() (err error) {
			results[i], err = r.grade(groupCtx, entries[i], false)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, i := range pending {
		if results[i].Conclusive() {
			continue
		}
		var err error
		if results[i], err = r.grade(ctx, entries[i], true); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (r *Run) grade(ctx context.Context, e Entry, alone bool) (*grader.Result, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	r.Watch.Start(e)
	result, err := r.Grade(ctx, e)
	if err != nil {
		return nil, err
	}
	result.Submission = e.Name
	if result.Conclusive() {
		err = r.Store.Put(result)
	} else {
		// What is kept from before is of something else.
		err = r.Store.Remove(e.Exercise, e.Name)
	}
	if err != nil {
		return nil, err
	}
	r.Watch.Done(e, result, !alone && !result.Conclusive())
	return result, nil
}

// Shard returns the entries of a part of a class, numbered from 1 to of. The
// name of a submission decides, so that the parts never overlap and leave none
// out, also when something is handed in between.
func Shard(entries []Entry, part, of int) []Entry {
	var own []Entry
	for _, e := range entries {
		hash := fnv.New64a()
		fmt.Fprintf(hash, "%s/%s", e.Exercise, e.Name)
		if hash.Sum64()%uint64(of) == uint64(part-1) {
			own = append(own, e)
		}
	}
	return own
}
