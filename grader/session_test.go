package grader

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// TestDisturbed runs a check again when others did what its programs see,
// whatever its verdict was.
func TestDisturbed(t *testing.T) {
	execs := func(n uint64) testbed.Others {
		return testbed.Others{testbed.EventExec: {Count: n}, testbed.EventRequest: {Count: 2 * n}}
	}
	for name, test := range map[string]struct {
		shared bool
		events []testbed.Event
		others []testbed.Others
		runs   int
		want   Status
	}{
		"never":          {true, []testbed.Event{testbed.EventExec}, []testbed.Others{execs(3), execs(3)}, 1, StatusFail},
		"twice":          {true, []testbed.Event{testbed.EventExec}, []testbed.Others{execs(3), execs(4), execs(4), execs(6), execs(6), execs(6)}, 3, StatusPass},
		"nobody else":    {false, []testbed.Event{testbed.EventExec}, []testbed.Others{execs(1), execs(2)}, 1, StatusFail},
		"no such events": {true, []testbed.Event{testbed.EventMkdir}, []testbed.Others{execs(1), execs(2)}, 1, StatusFail},
		"no events":      {true, nil, []testbed.Others{execs(1), execs(2)}, 1, StatusFail},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			ex := exerciseOf(Check{Run: func(c *T) {
				c.Exec()
				if runs++; runs < 3 {
					c.Output("disturbed")
					fails(c)
				}
			}})
			ex.Events = test.events
			tb := &fake{info: testbed.Info{Shared: test.shared}, others: test.others}
			results, ended := runSession(t, tb, ex)
			require.Nil(t, ended)
			assert.Equal(t, []Status{test.want}, statuses(results))
			assert.Equal(t, test.runs, runs)
			if test.want == StatusPass {
				assert.Empty(t, results[0].Output)
				assert.Empty(t, results[0].Message)
			}
		})
	}
}

// acts makes something happen.
func acts(t *T) { t.Exec() }

// TestUndisturbed has others act during a check that only looks.
func TestUndisturbed(t *testing.T) {
	runs := 0
	ex := exerciseOf(Check{Run: func(*T) { runs++ }})
	ex.Events = []testbed.Event{testbed.EventExec}
	tb := &fake{info: testbed.Info{Shared: true}, others: []testbed.Others{{}, {testbed.EventExec: {Count: 1}}}}
	_, ended := runSession(t, tb, ex)
	require.Nil(t, ended)
	assert.Equal(t, 1, runs)
}

// TestDisturbedProgram starts a program anew: what it does once is done.
func TestDisturbedProgram(t *testing.T) {
	ex := exerciseOf(on(OnProgram, acts)...)
	ex.Events = []testbed.Event{testbed.EventExec}
	tb := &fake{info: testbed.Info{Shared: true}, others: []testbed.Others{{}, {testbed.EventExec: {Count: 1}}}}
	results, ended := runSession(t, tb, ex)
	require.Nil(t, ended)
	assert.Equal(t, []Status{StatusPass}, statuses(results))
	assert.Len(t, tb.started, 2)
}

// TestDisturbedUntilItsTimeIsOver is not the submission's fault.
func TestDisturbedUntilItsTimeIsOver(t *testing.T) {
	ex := exerciseOf(Check{Run: acts})
	ex.Events = []testbed.Event{testbed.EventExec}
	tb := &fake{info: testbed.Info{Shared: true}, others: []testbed.Others{{}, {testbed.EventExec: {Count: 1}}}}
	runs := 0
	tb.on = func(method string) {
		if method == "Exec" {
			if runs++; runs == 2 {
				tb.stalls = []string{"Exec"}
			}
		}
	}
	g := &Grader{Open: tb.open, Timeout: 100 * time.Millisecond}
	result, err := g.Grade(t.Context(), ex, mapsObject, 1)
	require.NoError(t, err)
	assert.Equal(t, StatusInfraError, result.Status)
	assert.Contains(t, result.Message, "others on this machine disturbed checks 1 times")
}

func TestDisturbedAllTheTime(t *testing.T) {
	ex := exerciseOf(Check{Run: acts})
	ex.Events = []testbed.Event{testbed.EventExec}
	tb := &fake{info: testbed.Info{Shared: true}}
	for i := range uint64(2 * maxDisturbed) {
		tb.others = append(tb.others, testbed.Others{testbed.EventExec: {Count: i}})
	}
	results, ended := runSession(t, tb, ex)
	require.NotNil(t, ended)
	assert.Equal(t, StatusInfraError, ended.status)
	assert.Contains(t, ended.message, "others on this machine disturb it all the time, the last with 1 calls of execve and execveat")
	assert.Equal(t, []Status{StatusError}, statuses(results))
}

// TestDisturbedBeforeItBegins has a program that does not run, and others that
// never rest.
func TestDisturbedBeforeItBegins(t *testing.T) {
	ex := exerciseOf(on(OnProgram, passes)...)
	ex.Events = []testbed.Event{testbed.EventExec}
	tb := &fake{
		info:    testbed.Info{Shared: true},
		running: []*testbed.Running{{Exit: &testbed.Exit{Status: 1}}},
		others:  []testbed.Others{{testbed.EventExec: {Count: 1}}, {testbed.EventExec: {Count: 2}}},
	}
	results, ended := runSession(t, tb, ex)
	require.Nil(t, ended)
	assert.Equal(t, []Status{StatusFail}, statuses(results))
	assert.Len(t, tb.started, 1)
}

// TestDisturbedSinceItIsHeld has others act between the moment at which a
// program was attached and the one at which the grader first looks.
func TestDisturbedSinceItIsHeld(t *testing.T) {
	ex := exerciseOf(on(OnAttach, acts)...)
	ex.Events = []testbed.Event{testbed.EventExec}
	held := &testbed.Running{Held: true, HeldSince: 100, Maps: loadedMaps()}
	early, late := testbed.Others{testbed.EventExec: {Count: 1, Last: 99}}, testbed.Others{testbed.EventExec: {Count: 2, Last: 100}}
	tb := &fake{
		info:    testbed.Info{Shared: true},
		running: []*testbed.Running{held, held},
		others:  []testbed.Others{late, late, early, early},
	}
	results, ended := runSession(t, tb, ex)
	require.Nil(t, ended)
	assert.Equal(t, []Status{StatusPass}, statuses(results))
	assert.Len(t, tb.started, 2, "the moment was over")
}
