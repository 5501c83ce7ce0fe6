package grader

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// T is what a check works with: the submission's object, the testbed on which
// it is loaded and attached, and ways to fail. It implements testify's TestingT
// and FailNow, so that require and assert can be used with it. It belongs to
// the goroutine that runs the check.
type T struct {
	// Rand draws the workload. The same seed draws the same for a check.
	Rand *rand.Rand
	// Object is what the submission's object file contains.
	Object *object.Object
	// ProgramSource is the text of the user-space half, empty when it was
	// handed in built. It is for explanations: a mark follows from what was
	// observed.
	ProgramSource string
	// Loaded is the object as it is in the kernel.
	Loaded *testbed.Object
	// Info describes the kernel.
	Info *testbed.Info

	ctx     context.Context
	tb      testbed.Testbed
	session *session

	failed   bool
	first    Failure
	partial  float64
	output   string
	stopped  bool
	infraErr error
}

// Failure says why a check failed, to the student.
type Failure struct {
	// Expected and Actual are what was compared, if anything was.
	Expected, Actual string
	// Message says why, in a sentence. It is always needed.
	Message string
	// Help says what to look at next.
	Help string
	// Diagnosis is the id of a known mistake, when it is certain.
	Diagnosis string
}

// Context ends when the time for the submission does.
func (t *T) Context() context.Context { return t.ctx }

// Testbed is the testbed itself, for what T has no method for. An error of its
// methods goes to [T.Infra].
func (t *T) Testbed() testbed.Testbed { return t.tb }

// Helper is there for testify.
func (t *T) Helper() {}

// Fail fails the check and ends it.
func (t *T) Fail(f Failure) {
	t.report(f)
	t.FailNow()
}

// Errorf fails the check and goes on. It understands what testify's assertions
// print.
func (t *T) Errorf(format string, args ...any) {
	t.report(fromAssertion(fmt.Sprintf(format, args...)))
}

// FailNow fails the check and ends it.
func (t *T) FailNow() {
	t.failed, t.stopped = true, true
	runtime.Goexit()
}

// Failed tells whether the check has failed so far.
func (t *T) Failed() bool { return t.failed }

// The first reason counts: what comes after it is often its consequence.
func (t *T) report(f Failure) {
	if !t.failed {
		t.first = f
	}
	t.failed = true
}

// Award gives partial points: a part, from 0 to 1, of the check's points, that
// count even if the check fails. They are rounded down to hundredths, and a
// check that fails never gets all. The last call decides. What is not a number
// counts as 0.
func (t *T) Award(part float64) {
	if math.IsNaN(part) {
		part = 0
	}
	t.partial = min(max(part, 0), 1)
}

// Output keeps what the submission printed for the report, cut to [MaxOutput].
func (t *T) Output(text string) { t.output = bounded(text, MaxOutput) }

// Infra ends the check when err is not nil: the grader, not the student, is at
// fault. There are exceptions, for which the submission is: err is a
// [testbed.CrashError], the time for the submission is over and err is for
// that, or its program has ended or given up what the check looks at.
func (t *T) Infra(err error) {
	if err == nil {
		return
	}
	if errors.Is(err, testbed.ErrGone) && t.session.current != nil {
		t.gone()
	}
	t.infraErr = err
	runtime.Goexit()
}

var (
	errCheckPanicked = errors.New("the check panicked")
	errCheckLeft     = errors.New("the check ended its goroutine")
)

// run calls f in a goroutine of its own, which Fail and Infra can end. The
// error says why there is no verdict.
func (t *T) run(f func(*T)) error {
	done := make(chan struct{})
	returned := false
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				t.infraErr = fmt.Errorf("%w: %v", errCheckPanicked, r)
			}
		}()
		f(t)
		returned = true
	}()
	<-done
	switch {
	case t.infraErr != nil:
		return t.infraErr
	case !returned && !t.stopped:
		return errCheckLeft
	case t.failed:
		// What failed may be a call that ran out of time.
		return t.ctx.Err()
	}
	return nil
}
