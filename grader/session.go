package grader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/explain"
	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// session is one submission on a testbed, and how far its checks are.
type session struct {
	exercise    *Exercise
	seed        uint64
	loadTimeout time.Duration
	tb          testbed.Testbed
	info        *testbed.Info
	object      *object.Object
	// types is Grader.Types.
	types string
	// program is the user-space half, nil when there is none.
	program []byte
	// programSource is the text that it was built from, empty when it was
	// handed in built.
	programSource string

	// loaded is what of the submission is in the kernel.
	loaded *testbed.Object
	// current is how the started program is; see program.go. It is nil when
	// none runs.
	current *testbed.Running
	// started tells that the program was started, at least once, and so that
	// the testbed has it.
	started bool
	// printed is how much of the program's output was taken, in bytes.
	printed int
	// undisturbed is what others had done when the check began, nil for one
	// that did not begin. For a program that was held then, nothing must have
	// happened since it was attached.
	undisturbed testbed.Others
	heldSince   uint64
	// measures tells that the check has made something happen. disturbances is
	// how many runs of checks were disturbed so far.
	measures     bool
	disturbances int
	// down tells that the program could not be got to run.
	down bool
}

// run runs each check whose prerequisites passed. When one has no verdict the
// rest is skipped, and the error says why. There are no results when the
// submission does not reach its first check.
func (s *session) run(ctx context.Context) ([]CheckResult, error) {
	if len(s.exercise.Checks) == 0 || s.exercise.Checks[0].On == OnObject {
		if err := s.load(ctx); err != nil {
			return nil, err
		}
	}
	var results []CheckResult
	var ended error
	passed := make(map[string]bool)
	for _, check := range s.exercise.Checks {
		r := CheckResult{Name: check.Name, MaxScore: check.Points, Hidden: check.Hidden}
		missing := slices.IndexFunc(check.After, func(name string) bool { return !passed[name] })
		switch {
		case ended != nil:
			r.Status = StatusSkip
			r.Message = "The run ended before this check."
		case missing >= 0:
			r.Status = StatusSkip
			r.Message = fmt.Sprintf("It comes after %q, which did not pass.", check.After[missing])
		case check.On != OnObject && s.down:
			r.Status = StatusSkip
			r.Message = "There is no program that runs."
		default:
			ended = s.check(ctx, check, &r)
			passed[check.Name] = r.Status == StatusPass
		}
		results = append(results, r)
	}
	return results, ended
}

// maxDisturbed is how often a check is run again because others disturbed it.
const maxDisturbed = 100

// check runs one check. The error says why there is no verdict. On a kernel
// that others use too, a run that they disturbed has no verdict, whatever it
// would be.
func (s *session) check(ctx context.Context, check Check, r *CheckResult) error {
	if !s.info.Shared || len(s.exercise.Events) == 0 {
		return s.runCheck(ctx, check, r)
	}
	var did string
	for range maxDisturbed {
		blank := *r
		err := s.runCheck(ctx, check, r)
		now, othersErr := s.tb.Others(ctx)
		if othersErr != nil {
			return cmp.Or(err, othersErr)
		}
		if did = s.disturbed(now); did == "" {
			return err
		}
		*r = blank
		s.disturbances++
		// A program is started anew: the moment at which it was attached is
		// over, and what it does only once is done.
		s.current, s.down = nil, false
	}
	err := fmt.Errorf("others on this machine disturb it all the time, the last with %s", did)
	toVerdict(err).endCheck(r)
	return fmt.Errorf("check %q: %w", check.Name, err)
}

// notice remembers what others have done so far.
func (t *T) notice() {
	if t.Info.Shared {
		var err error
		t.session.undisturbed, err = t.tb.Others(t.ctx)
		t.Infra(err)
		t.session.heldSince = 0
		if current := t.session.current; current != nil {
			t.session.heldSince = current.HeldSince
		}
	}
}

// disturbed says what others did during a check that the exercise's programs
// see. Nothing disturbs a check that makes nothing happen.
func (s *session) disturbed(now testbed.Others) string {
	if s.undisturbed == nil || !s.measures {
		return ""
	}
	for _, event := range s.exercise.Events {
		n := now[event].Count - s.undisturbed[event].Count
		if n > 0 || s.heldSince > 0 && now[event].Last >= s.heldSince {
			return fmt.Sprintf("%d %s", max(n, 1), event)
		}
	}
	return ""
}

// runCheck runs one check on a T of its own. The error says why there is no
// verdict.
func (s *session) runCheck(ctx context.Context, check Check, r *CheckResult) error {
	hash := fnv.New64a()
	hash.Write([]byte(check.Name))
	t := &T{
		Rand:   rand.New(rand.NewPCG(s.seed, hash.Sum64())),
		Object: s.object, ProgramSource: s.programSource, Info: s.info,
		ctx: ctx, tb: s.tb, session: s,
	}

	s.undisturbed, s.measures = nil, false
	begin := time.Now()
	err := t.run(func(t *T) {
		// What others do while a program gets ready is nothing to it.
		t.enter(check.On)
		t.notice()
		t.Loaded = s.loaded
		check.Run(t)
	})
	r.Duration = time.Since(begin)
	r.Output = t.output
	switch {
	case err != nil:
		switch {
		case !outOfTime(ctx, err):
		case s.disturbances > 0:
			err = fmt.Errorf("others on this machine disturbed checks %d times, until the time was over", s.disturbances)
		default:
			err = lateVerdict(s.object)
		}
		toVerdict(err).endCheck(r)
		return fmt.Errorf("check %q: %w", check.Name, err)
	case t.failed:
		r.Status = StatusFail
		r.Score = partOf(check.Points, t.partial)
		r.Expected, r.Actual = bounded(t.first.Expected, maxText), bounded(t.first.Actual, maxText)
		r.Message, r.Help = bounded(t.first.Message, maxText), bounded(t.first.Help, maxText)
		r.Diagnosis = t.first.Diagnosis
		if r.Message == "" {
			r.Message = "The check failed without a reason."
		}
	default:
		r.Status = StatusPass
		r.Score = check.Points
	}
	return nil
}

// load loads and attaches the object and begins to watch what it sends.
func (s *session) load(ctx context.Context) error {
	// What ends early under this deadline is the submission's fault.
	ctx, cancel := context.WithTimeout(ctx, s.loadTimeout)
	defer cancel()
	if err := s.loadObject(ctx); err != nil {
		return err
	}
	for _, m := range s.loaded.Maps {
		if sendsRecords(m.Type) && slices.Contains(s.exercise.Records, m.Name) {
			err := s.tb.Watch(ctx, testbed.WatchRequest{MapID: m.ID, Pages: recordPages})
			if errors.Is(err, testbed.ErrNotPermitted) {
				return &verdict{
					status:  StatusLoadError,
					message: fmt.Sprintf("The flags of the map %s keep user space from receiving its records.", m.Name),
					help:    "Leave BPF_F_RDONLY and BPF_F_WRONLY out of its map_flags.",
				}
			}
			if err != nil {
				return fmt.Errorf("watch map %s: %w", m.Name, err)
			}
		}
	}
	if !s.attaches() {
		return nil
	}
	return s.attach(ctx)
}

// recordPages is the size of each processor's perf buffer, in pages.
const recordPages = 64

func (s *session) loadObject(ctx context.Context) error {
	for _, p := range s.object.Programs {
		if p.Type == object.Unspecified {
			return refusal(StatusLoadError, explain.Section(p))
		}
	}
	loaded, err := s.tb.Load(ctx, testbed.LoadRequest{Object: s.object.Data})
	if outOfTime(ctx, err) {
		return &verdict{
			status:  StatusTimeout,
			message: fmt.Sprintf("The kernel had not loaded the object after %v.", s.loadTimeout),
			help:    "Look for loops with many rounds and for many branches one after another, for the verifier follows every path, and for very large maps.",
		}
	}
	var refused *testbed.LoadError
	if errors.As(err, &refused) {
		return refusal(StatusLoadError, s.nearest(explain.Load(refused, s.object), refused.Program))
	}
	if err != nil {
		return fmt.Errorf("load object: %w", err)
	}
	s.loaded = loaded
	return nil
}

func (s *session) attach(ctx context.Context) error {
	_, err := s.tb.Attach(ctx, testbed.AttachRequest{})
	if outOfTime(ctx, err) {
		return &verdict{
			status:  StatusTimeout,
			message: fmt.Sprintf("The programs were not attached after %v.", s.loadTimeout),
			help:    busy,
		}
	}
	var failed *testbed.AttachError
	if errors.As(err, &failed) {
		return refusal(StatusAttachError, s.nearest(explain.Attach(failed, s.object), failed.Program))
	}
	if err != nil {
		return fmt.Errorf("attach programs: %w", err)
	}
	return nil
}
