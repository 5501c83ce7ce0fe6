package class

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/kept"
)

// marker grades as the test says, and remembers what it was asked for.
type marker struct {
	mu sync.Mutex
	// status is that of a submission's first, second, … grading; then pass.
	status map[string][]grader.Status
	graded []string
	// stop, if not nil, is called when so many have been graded.
	stop  context.CancelFunc
	after int
}

func (m *marker) grade(ctx context.Context, e Entry) (*grader.Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m.graded = append(m.graded, e.Name)
	r := &grader.Result{
		Submission: "another", Exercise: e.Exercise, Kernel: "6.1", Backend: "vm", Status: grader.StatusPass,
		Score: 1, MaxScore: 1, Seed: 7, Origin: grader.Origin{Tool: "bpfgrade 1", SubmissionHash: e.Hash},
	}
	if left := m.status[e.Name]; len(left) > 0 {
		r.Status, m.status[e.Name] = left[0], left[1:]
		r.Score = 0
	}
	if m.stop != nil && len(m.graded) == m.after {
		m.stop()
	}
	return r, nil
}

// silent hears of a run and keeps what it heard.
type silent struct {
	mu           sync.Mutex
	toGrade      int
	kept         int
	open         int
	most         int
	again, warns []string
}

func (s *silent) Begin(toGrade, kept int) { s.toGrade, s.kept = toGrade, kept }
func (s *silent) Warn(text string)        { s.warns = append(s.warns, text) }
func (s *silent) Start(Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	s.most = max(s.most, s.open)
}
func (s *silent) Done(e Entry, _ *grader.Result, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if again {
		s.again = append(s.again, e.Name)
	}
}

func entriesOf(n int) []Entry {
	var all []Entry
	for i := range n {
		all = append(all, Entry{Name: fmt.Sprintf("student %03d", i), Exercise: "exec-counter", Hash: "h"})
	}
	return all
}

func newRun(t *testing.T, dir string, m *marker) (*Run, *silent) {
	t.Helper()
	store, err := kept.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { store.Close() })
	watch := &silent{}
	return &Run{Store: store, Jobs: 4, Grade: m.grade, Watch: watch}, watch
}

// However often a run is ended, nothing is graded twice, and nothing is lost.
func TestAnInterruptedRunGoesOn(t *testing.T) {
	dir, entries := t.TempDir(), entriesOf(60)
	graded := make(map[string]int)
	for stops := 0; ; stops++ {
		ctx, cancel := context.WithCancel(t.Context())
		m := &marker{stop: cancel, after: 7}
		run, watch := newRun(t, dir, m)
		results, err := run.Results(ctx, entries)
		for _, name := range m.graded {
			graded[name]++
		}
		require.NoError(t, run.Store.Close())
		cancel()
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			require.Less(t, stops, 20)
			continue
		}
		assert.Len(t, results, 60)
		for i, r := range results {
			assert.Equal(t, entries[i].Name, r.Submission)
		}
		assert.Equal(t, 60, watch.toGrade+watch.kept)
		assert.Greater(t, stops, 5)
		break
	}
	assert.Len(t, graded, 60)
	for name, n := range graded {
		assert.Equal(t, 1, n, name)
	}
}

// What may come from the machine is tried again, alone, and is never kept.
func TestTimeoutsAreTriedAgainAlone(t *testing.T) {
	dir, entries := t.TempDir(), entriesOf(10)
	timeout, infra := grader.StatusTimeout, grader.StatusInfraError
	m := &marker{status: map[string][]grader.Status{
		"student 002": {timeout}, "student 004": {infra, infra}, "student 005": {grader.StatusFail}, "student 006": {timeout, timeout},
	}}
	run, watch := newRun(t, dir, m)
	results, err := run.Results(t.Context(), entries)
	require.NoError(t, err)
	assert.Equal(t, []string{"student 002", "student 004", "student 006"}, m.graded[10:], "after all others, one after another")
	assert.ElementsMatch(t, m.graded[10:], watch.again)
	assert.Equal(t, grader.StatusPass, results[2].Status)
	assert.Equal(t, infra, results[4].Status)
	assert.Equal(t, timeout, results[6].Status)
	require.NoError(t, run.Store.Close())

	m = &marker{}
	run, watch = newRun(t, dir, m)
	results, err = run.Results(t.Context(), entries)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"student 004", "student 006"}, m.graded)
	assert.Equal(t, grader.StatusFail, results[5].Status)
	assert.Equal(t, grader.StatusPass, results[6].Status)
	assert.Equal(t, 8, watch.kept)
}

func TestWhatIsNotCurrentIsGradedAgain(t *testing.T) {
	dir, entries := t.TempDir(), entriesOf(5)
	run, _ := newRun(t, dir, &marker{})
	_, err := run.Results(t.Context(), entries)
	require.NoError(t, err)
	require.NoError(t, run.Store.Close())

	entries[3].Hash = "changed"
	m := &marker{}
	run, _ = newRun(t, dir, m)
	run.Current = func(e Entry, r *grader.Result) bool { return e.Hash == r.Origin.SubmissionHash }
	_, err = run.Results(t.Context(), entries)
	require.NoError(t, err)
	assert.Equal(t, []string{"student 003"}, m.graded)
}

// A mark for what was handed in before does not outlast the attempt to grade what
// is there now.
func TestAnOldResultDoesNotStandInForATimeout(t *testing.T) {
	dir, entries := t.TempDir(), entriesOf(2)
	run, _ := newRun(t, dir, &marker{})
	_, err := run.Results(t.Context(), entries)
	require.NoError(t, err)
	entries[1].Hash = "changed"
	timeout := grader.StatusTimeout
	run.Grade = (&marker{status: map[string][]grader.Status{"student 001": {timeout, timeout}}}).grade
	run.Current = func(e Entry, r *grader.Result) bool { return e.Hash == r.Origin.SubmissionHash }
	_, err = run.Results(t.Context(), entries)
	require.NoError(t, err)

	m := &marker{}
	run.Grade, run.Current = m.grade, nil
	_, err = run.Results(t.Context(), entries)
	require.NoError(t, err)
	assert.Equal(t, []string{"student 001"}, m.graded)
}

func TestARunThatCannotKeepEnds(t *testing.T) {
	m := &marker{status: map[string][]grader.Status{"student 001": {"no status"}}}
	run, _ := newRun(t, t.TempDir(), m)
	_, err := run.Results(t.Context(), entriesOf(3))
	assert.ErrorContains(t, err, "keep result of student 001: ")

	boom := errors.New("boom")
	run.Grade = func(context.Context, Entry) (*grader.Result, error) { return nil, boom }
	_, err = run.Results(t.Context(), entriesOf(9))
	assert.ErrorIs(t, err, boom)
}

func TestNoMoreThanJobsAtATime(t *testing.T) {
	run, watch := newRun(t, t.TempDir(), &marker{})
	run.Jobs = 3
	_, err := run.Results(t.Context(), entriesOf(50))
	require.NoError(t, err)
	assert.LessOrEqual(t, watch.most, 3)
}

func TestShardsAreTheClass(t *testing.T) {
	entries := entriesOf(200)
	for _, of := range []int{1, 2, 7} {
		seen := make(map[string]int)
		for part := range of {
			own := Shard(entries, part+1, of)
			assert.NotEmpty(t, own)
			for _, e := range own {
				seen[e.Name]++
			}
		}
		assert.Len(t, seen, 200)
	}
	// What is handed in later moves nothing.
	assert.Subset(t, Shard(entriesOf(201), 2, 3), Shard(entries, 2, 3))
}
