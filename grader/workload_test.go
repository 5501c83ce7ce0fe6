package grader

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestCalls(t *testing.T) {
	assert.Zero(t, Calls(nil))
	assert.Equal(t, 12, Calls([]testbed.ExecStep{{Count: 5}, {Count: 0}, {CPU: 1, Count: 7}}))
}

func TestDrawExecs(t *testing.T) {
	for name, test := range map[string]struct {
		cpus, used []int
		low, high  int
		sums       []int
	}{
		"one processor":   {[]int{0}, []int{0}, 2, 5, []int{2, 3, 5}},
		"two processors":  {[]int{0, 1}, []int{0, 1}, 3, 9, []int{7, 11, 13, 17}},
		"many processors": {[]int{0, 1, 2, 5, 9}, []int{0, 9}, 1, 3, []int{2, 3, 5}},
		"one number":      {[]int{0, 1}, []int{0, 1}, 4, 4, []int{8}},
		"from nothing":    {[]int{0, 1}, []int{0, 1}, 0, 2, []int{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			least, most := false, false
			turns := make(map[int]bool)
			for seed := range uint64(200) {
				draw := &T{Info: &testbed.Info{CPUs: test.cpus}, Rand: rand.New(rand.NewPCG(seed, 0))}
				steps := draw.DrawExecs(testbed.ExecFailure, test.low, test.high)
				calls := make(map[int]int)
				for _, step := range steps {
					assert.Equal(t, testbed.ExecFailure, step.Kind)
					assert.Positive(t, step.Count)
					assert.Contains(t, test.used, step.CPU)
					calls[step.CPU] += step.Count
				}
				for _, cpu := range test.used {
					assert.GreaterOrEqual(t, calls[cpu], test.low)
					assert.LessOrEqual(t, calls[cpu], test.high)
					least = least || calls[cpu] == test.low
					most = most || calls[cpu] == test.high
				}
				assert.Contains(t, test.sums, Calls(steps))
				if len(steps) > 0 {
					turns[steps[0].CPU] = true
				}
			}
			assert.True(t, least, "the lowest number is drawn")
			assert.True(t, most, "the highest number is drawn")
			assert.Len(t, turns, len(test.used), "each processor begins sometimes")
		})
	}
}

func TestProcesses(t *testing.T) {
	boom := errors.New("boom")
	req := testbed.ProcessRequest{
		Processes: []testbed.Process{{Comm: "one", Threads: 1}, {Comm: "two", Threads: 2}},
		Steps: []testbed.CallStep{
			{Kind: testbed.CallExecveFailure, Count: 3},
			{Process: 1, Thread: 1, Kind: testbed.CallMkdirSuccess, Count: 2},
		},
	}
	for name, test := range map[string]struct {
		tb   *fake
		want string
	}{
		"all calls":           {&fake{}, ""},
		"an error":            {&fake{errs: map[string]error{"Processes": boom}}, "boom"},
		"a call that was not": {&fake{undone: 1}, "process workload: 2 of 3 failing execve calls ended as they should"},
		"a step left out":     {&fake{unreported: 1}, "process workload: 2 of 2 processes and 1 of 2 steps reported"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := runOn(t, test.tb, func(c *T) { assert.Len(t, c.Processes(req).Steps, 2) })
			if test.want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, `check "check": `+test.want)
			}
		})
	}
}

func TestExec(t *testing.T) {
	boom := errors.New("boom")
	steps := []testbed.ExecStep{{Kind: testbed.ExecSuccess, Count: 3}, {Kind: testbed.ExecFailure, CPU: 1, Count: 2}}
	for name, test := range map[string]struct {
		tb   *fake
		want string
	}{
		"all calls":           {&fake{}, ""},
		"an error":            {&fake{errs: map[string]error{"Exec": boom}}, "boom"},
		"a call that was not": {&fake{undone: 1}, "exec workload: 2 of 3 successful execve calls ended as they should"},
		"a step left out":     {&fake{unreported: 1}, "exec workload: 1 of 2 steps reported"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := runOn(t, test.tb, func(c *T) { assert.Len(t, c.Exec(steps...).Steps, 2) })
			if test.want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, `check "check": `+test.want)
			}
		})
	}
}

func TestBlockIO(t *testing.T) {
	boom := errors.New("boom")
	steps := []testbed.BlockStep{{Bytes: 512}, {Write: true, Bytes: 512}}
	for name, test := range map[string]struct {
		tb   *fake
		want string
	}{
		"all requests":       {&fake{}, ""},
		"an error":           {&fake{errs: map[string]error{"BlockIO": boom}}, "boom"},
		"a request left out": {&fake{unreported: 1}, "disk workload: 1 of 2 requests reported"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := runOn(t, test.tb, func(c *T) { assert.Len(t, c.BlockIO(steps...).Steps, 2) })
			if test.want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, `check "check": `+test.want)
			}
		})
	}
}

// signalling is an object whose program sends signals.
func signalling() *object.Object {
	return &object.Object{Programs: []object.Program{{Name: "count"}, {Name: "kill", Helpers: []string{"bpf_send_signal"}}}}
}

func TestWorkloadThatIsDisturbed(t *testing.T) {
	boom := errors.New("boom")
	step := testbed.ExecStep{Kind: testbed.ExecSuccess, Count: 2}
	for name, test := range map[string]struct {
		tb  *fake
		run func(*T)
	}{
		"calls that are cut short": {&fake{undone: 1}, func(c *T) { c.Exec(step) }},
		"calls that fail":          {&fake{errs: map[string]error{"Exec": boom}}, func(c *T) { c.Exec(step) }},
		"requests that fail":       {&fake{errs: map[string]error{"BlockIO": boom}}, func(c *T) { c.BlockIO(testbed.BlockStep{Bytes: 512}) }},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := runOn(t, test.tb, func(c *T) {
				c.Object = signalling()
				test.run(c)
			})
			require.NoError(t, err)
			assert.Equal(t, StatusFail, r.Status)
			assert.Contains(t, r.Help, "bpf_send_signal")
		})
	}

	_, err := runOn(t, &fake{errs: map[string]error{"Exec": &testbed.CrashError{Reason: "panic"}}}, func(c *T) {
		c.Object = signalling()
		c.Exec(step)
	})
	var crash *testbed.CrashError
	assert.ErrorAs(t, err, &crash)
}

func TestTraceBecomesTheOutput(t *testing.T) {
	tb := &fake{lines: []testbed.TraceLine{{Text: "one"}, {Text: "two\xff"}}}
	r, err := runOn(t, tb, func(c *T) { assert.Len(t, c.Trace().Lines, 2) })
	require.NoError(t, err)
	assert.Equal(t, "one\ntwo?\n", r.Output)

	tb.lines = make([]testbed.TraceLine, 100_000)
	for i := range tb.lines {
		tb.lines[i].Text = strings.Repeat("\x80", 100)
	}
	r, err = runOn(t, tb, func(t *T) { t.Trace() })
	require.NoError(t, err)
	assert.LessOrEqual(t, len(r.Output), MaxOutput)

	boom := errors.New("boom")
	_, err = runOn(t, &fake{errs: map[string]error{"Trace": boom}}, func(t *T) { t.Trace() })
	assert.ErrorIs(t, err, boom)
}

func TestRunsAddsUpThePrograms(t *testing.T) {
	tb := &fake{runs: []testbed.RunStats{{Runs: 3}, {Runs: 4}}}
	_, err := runOn(t, tb, func(c *T) { assert.Equal(t, uint64(7), c.Runs()) })
	require.NoError(t, err)

	boom := errors.New("boom")
	_, err = runOn(t, &fake{errs: map[string]error{"RunStats": boom}}, func(t *T) { t.Runs() })
	assert.ErrorIs(t, err, boom)
}
