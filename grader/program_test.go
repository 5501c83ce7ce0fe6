package grader

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// runSession runs the checks of an exercise on a submission with both halves.
func runSession(t *testing.T, tb *fake, ex *Exercise) ([]CheckResult, *verdict) {
	t.Helper()
	obj, err := object.Read(mapsObject)
	require.NoError(t, err)
	s := &session{
		exercise: ex, seed: 1, loadTimeout: DefaultLoadTimeout,
		tb: tb, info: &tb.info, object: obj, program: []byte("program"),
	}
	results, err := s.run(t.Context())
	if err != nil {
		return results, toVerdict(err)
	}
	return results, nil
}

// on makes checks of a phase that pass.
func on(phase Phase, runs ...func(*T)) []Check {
	var checks []Check
	for i, run := range runs {
		checks = append(checks, Check{Name: fmt.Sprintf("phase %d check %d", phase, i+1), On: phase, Run: run})
	}
	return checks
}

func statuses(results []CheckResult) []Status {
	var all []Status
	for _, r := range results {
		all = append(all, r.Status)
	}
	return all
}

func TestPhases(t *testing.T) {
	held := &testbed.Running{Held: true, Maps: loadedMaps()}
	tb := &fake{running: []*testbed.Running{held, held}}
	var phases []string
	note := func(text string) func(*T) { return func(c *T) { phases = append(phases, text); looksUp(c) } }
	tb.values = map[uint32][][]byte{counterID: {make([]byte, 8)}}
	ex := exerciseOf(slices.Concat(
		on(OnObject, note("object")),
		on(OnAttach, note("attach")),
		on(OnProgram, note("program"), func(c *T) {
			assert.Zero(t, c.Stop(testbed.SignalInterrupt).Status)
			note("stopped")
		}, note("anew")),
	)...)
	results, ended := runSession(t, tb, ex)
	require.Nil(t, ended)
	assert.Equal(t, []Status{StatusPass, StatusPass, StatusPass, StatusPass, StatusPass}, statuses(results))
	assert.Equal(t, []string{"object", "attach", "program", "anew"}, phases)
	require.Len(t, tb.started, 2)
	assert.True(t, tb.started[0].Hold)
	assert.False(t, tb.started[1].Hold, "nobody looks at the moment")
	// It is held twice, and goes on each time.
	calls := slices.DeleteFunc(slices.Clone(tb.calls), func(c string) bool { return c == "Lookup" })
	assert.Equal(t, []string{
		"Load", "Attach", "Reset", "Start", "AwaitReady",
		"Continue", "AwaitReady", "Continue", "AwaitReady",
		"Stop", "Reset", "Start", "AwaitReady",
	}, calls)
}

func TestTarget(t *testing.T) {
	tb := &fake{}
	ex := exerciseOf(on(OnProgram, func(c *T) { c.RunTarget("1", "2") })...)
	ex.Program = ProgramOptions{Target: []byte("target"), Uprobes: true}
	results, ended := runSession(t, tb, ex)
	require.Nil(t, ended)
	assert.Equal(t, []Status{StatusPass}, statuses(results))
	require.Len(t, tb.started, 1)
	assert.Equal(t, []string{"/target"}, tb.started[0].Args)
	assert.True(t, tb.started[0].Uprobes)
}

// TestProgramThatDoesNotRun says why, once.
func TestProgramThatDoesNotRun(t *testing.T) {
	looks := on(OnProgram, looksUp, looksUp)
	for name, test := range map[string]struct {
		tb      *fake
		status  Status // of the submission; empty for one that is graded
		message string
	}{
		"ends before it attaches": {
			&fake{
				running: []*testbed.Running{{Exit: &testbed.Exit{Status: 1}}},
				outputs: []*testbed.Output{{Text: []byte("first\nlibbpf: no such map\n")}},
			}, "",
			`The program ended by itself, with status 1, and nothing was attached. The last that it printed was "libbpf: no such map".`,
		},
		"ends when it has attached": {
			&fake{running: []*testbed.Running{{Exit: &testbed.Exit{}, Links: make([]testbed.Attachment, 1)}}}, "",
			"The program ended by itself, with status 0, when it had attached something.",
		},
		"is refused by the kernel": {
			&fake{
				running: []*testbed.Running{{Exit: &testbed.Exit{Status: 1}}},
				errs:    map[string]error{"Load": &testbed.LoadError{Program: "count", Message: "no", Log: "R1 invalid mem access 'scalar'"}},
			}, StatusLoadError, "",
		},
		"is attached in a way of its own": {
			&fake{
				running: []*testbed.Running{{Exit: &testbed.Exit{Status: 1}}},
				errs:    map[string]error{"Attach": &testbed.AttachError{Program: "count", Section: "uprobe", Message: "it names nothing"}},
			}, "",
			"The program ended by itself, with status 1, and nothing was attached.",
		},
		"crashes": {
			&fake{running: []*testbed.Running{{Exit: &testbed.Exit{Status: -1, Signal: "segmentation fault"}}}},
			StatusCrash, "The program was ended by a signal: segmentation fault.",
		},
		"is too large": {
			&fake{running: []*testbed.Running{{Exit: &testbed.Exit{Status: -1, Signal: "killed", OutOfMemory: true}}}},
			StatusCrash, "The program used more than 96 MiB of memory.",
		},
		"forks without end": {
			&fake{running: []*testbed.Running{{}}, exits: []*testbed.Exit{{Status: -1, Forked: true, OutOfMemory: true}}},
			StatusCrash, "The program had more than 64 processes and threads at once.",
		},
		"attaches nothing": {
			&fake{running: []*testbed.Running{{}}}, StatusTimeout, "The program had attached nothing after 1m0s.",
		},
		"attaches without end": {
			&fake{running: []*testbed.Running{{Links: make([]testbed.Attachment, 1)}}},
			StatusTimeout, "The program still attached and detached after 1m0s.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			results, ended := runSession(t, test.tb, exerciseOf(slices.Clone(looks)...))
			require.Len(t, results, 2)
			assert.Equal(t, StatusFail, results[0].Status)
			assert.Equal(t, StatusSkip, results[1].Status)
			if test.status == "" {
				require.Nil(t, ended)
				assert.Equal(t, test.message, results[0].Message)
				return
			}
			require.NotNil(t, ended)
			assert.Equal(t, test.status, ended.status)
			if test.message != "" {
				assert.Equal(t, test.message, ended.message)
			}
		})
	}
}

// TestProgramThatGoesOnAndEnds had attached something when it was held.
func TestProgramThatGoesOnAndEnds(t *testing.T) {
	tb := &fake{
		running: []*testbed.Running{{Held: true, Maps: loadedMaps()}, {Exit: &testbed.Exit{Status: 1}}},
		outputs: []*testbed.Output{{Text: []byte("trace_pipe: Permission denied\n")}},
	}
	results, ended := runSession(t, tb, exerciseOf(slices.Concat(on(OnAttach, func(*T) {}), on(OnProgram, looksUp, looksUp))...))
	require.Nil(t, ended)
	assert.Equal(t, []Status{StatusPass, StatusFail, StatusSkip}, statuses(results))
	assert.Contains(t, results[1].Message, "when it had attached something.")
	assert.Contains(t, results[1].Help, "trace_pipe is root's")
}

// endedEarly is a testbed whose program ends before it is ready.
func endedEarly(status int, printed string) *fake {
	return &fake{
		running: []*testbed.Running{{Exit: &testbed.Exit{Status: status}}},
		outputs: []*testbed.Output{{Text: []byte(printed)}},
	}
}

// TestProgramThatEndsEarly says no more than is certain: what a program had
// attached for a moment nobody has seen.
func TestProgramThatEndsEarly(t *testing.T) {
	const waits = "wait for its signal"
	for name, test := range map[string]struct {
		status        int
		attached      bool
		printed       string
		message, help string
	}{
		"at its end":             {0, false, "", "with status 0, and nothing was attached.", waits},
		"with something":         {1, true, "", "with status 1, when it had attached something.", waits},
		"in silence":             {1, false, "", "with status 1, and nothing was attached.", "Let it print"},
		"with words of its own":  {1, false, "no link\n", `The last that it printed was "no link".`, "Let it print"},
		"with those of libbpf's": {1, false, "libbpf: no symbol\nno link\n", `The last that it printed was "no link".`, "libbpf says"},
	} {
		t.Run(name, func(t *testing.T) {
			tb := endedEarly(test.status, test.printed)
			if test.attached {
				tb.running[0].Links = []testbed.Attachment{{ID: 1}}
			}
			results, ended := runSession(t, tb, exerciseOf(on(OnProgram, passes)...))
			require.Nil(t, ended)
			r := results[0]
			assert.Equal(t, StatusFail, r.Status)
			assert.Contains(t, r.Message, test.message)
			assert.Contains(t, r.Help, test.help)
		})
	}
}

// TestProgramWhoseSectionCannotBeAttached has the object's section explained
// only when that is where the program failed.
func TestProgramWhoseSectionCannotBeAttached(t *testing.T) {
	const (
		noFunction   = "creating perf_kprobe PMU event: no such file or directory"
		noTracepoint = "reading file: open /sys/kernel/tracing/events/syscalls/sys_enter_exec/id: no such file or directory"
	)
	for name, test := range map[string]struct {
		section, message, printed string
		diagnosis                 string
	}{
		"a uprobe without a target":    {"uprobe", `the section "uprobe" does not say where in which executable`, "cannot attach\n", ""},
		"a uprobe on another file":     {"uprobe//bin/bash:readline", "no such file or directory", "libbpf: failed to open ./target\n", ""},
		"a uprobe on no function":      {"uprobe//bin/sh:add", "symbol add: not found", "libbpf: elf: failed to find symbol 'add' in '/tmp/target'\n", ""},
		"a kprobe":                     {"kprobe/add", noFunction, "libbpf: prog 'f': failed to create kprobe 'add+0x0' perf event: No such file or directory\n", "kprobe-target"},
		"a kprobe in silence":          {"kprobe/add", noFunction, "cannot attach to add\n", ""},
		"a kprobe as a uprobe":         {"kprobe/add", noFunction, "libbpf: prog 'f': failed to create uprobe '/tmp/target:0x10' perf event: No such file or directory\n", ""},
		"a kprobe as one on no symbol": {"kprobe/add", noFunction, "libbpf: elf: failed to find symbol 'add' in '/tmp/target'\n", ""},
		"another kprobe by hand":       {"kprobe/add", noFunction, "libbpf: prog 'f': failed to create kprobe 'sub+0x0' perf event: No such file or directory\n", ""},
		"a tracepoint":                 {"tracepoint/syscalls/sys_enter_exec", noTracepoint, "libbpf: failed to determine tracepoint 'syscalls/sys_enter_exec' perf event ID: No such file or directory\n", "unknown-tracepoint"},
		"a system call":                {"ksyscall/exec", noFunction, "libbpf: prog 'f': failed to create kprobe '__x64_sys_exec+0x0' perf event: No such file or directory\n", "kprobe-target"},
	} {
		t.Run(name, func(t *testing.T) {
			tb := endedEarly(1, test.printed)
			tb.errs = map[string]error{"Attach": &testbed.AttachError{Program: "f", Section: test.section, Message: test.message}}
			results, ended := runSession(t, tb, exerciseOf(on(OnProgram, passes)...))
			if test.diagnosis == "" {
				require.Nil(t, ended)
				assert.Contains(t, results[0].Message, "The program ended by itself, with status 1")
				return
			}
			require.NotNil(t, ended)
			assert.Equal(t, StatusAttachError, ended.status)
			assert.Equal(t, test.diagnosis, ended.diagnosis)
		})
	}
}

func TestNoProgram(t *testing.T) {
	obj, err := object.Read(mapsObject)
	require.NoError(t, err)
	tb := &fake{}
	s := &session{exercise: exerciseOf(slices.Concat(on(OnObject, passes), on(OnProgram, looksUp, looksUp))...), tb: tb, info: &tb.info, object: obj, loadTimeout: DefaultLoadTimeout}
	results, err := s.run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []Status{StatusPass, StatusFail, StatusSkip}, statuses(results))
	assert.Equal(t, "No user-space half was handed in.", results[1].Message)
	assert.NotContains(t, tb.calls, "Start")
}

// TestProgramThatEnds fails the check that finds out. One that has ended by itself
// is not started again: a signal would come before its end, or after it.
func TestProgramThatEnds(t *testing.T) {
	gone := fmt.Errorf("look up: %w", testbed.ErrGone)
	ended := &testbed.Output{Exit: &testbed.Exit{Status: 2}}
	byItself := "The program ended by itself, with status 2, after it was ready."
	for name, test := range map[string]struct {
		tb      *fake
		check   func(*T)
		message string
		next    Status
	}{
		"seen by its output": {&fake{outputs: []*testbed.Output{ended}}, func(c *T) { c.Printed() }, byItself, StatusSkip},
		"seen by its maps":   {&fake{outputs: []*testbed.Output{ended}, errs: map[string]error{"Lookup": gone}}, looksUp, byItself, StatusSkip},
		"closes its map": {
			&fake{errs: map[string]error{"Lookup": gone}}, looksUp,
			"The program has closed a map or a BPF program while it runs.", StatusPass,
		},
		"prints without end": {
			&fake{outputs: []*testbed.Output{{Truncated: true}}}, func(c *T) { c.Printed() },
			"The program prints without end.", StatusPass,
		},
	} {
		t.Run(name, func(t *testing.T) {
			results, ended := runSession(t, test.tb, exerciseOf(on(OnProgram, test.check, passes)...))
			require.Nil(t, ended)
			assert.Equal(t, []Status{StatusFail, test.next}, statuses(results))
			assert.Equal(t, test.message, results[0].Message)
			assert.Len(t, test.tb.started, 1)
		})
	}
	t.Run("by a signal", func(t *testing.T) {
		tb := &fake{outputs: []*testbed.Output{{Exit: &testbed.Exit{Status: -1, Signal: "aborted"}}}}
		_, ended := runSession(t, tb, exerciseOf(on(OnProgram, func(c *T) { c.Printed() })...))
		require.NotNil(t, ended)
		assert.Equal(t, StatusCrash, ended.status)
	})
	t.Run("not at all, but its map is gone", func(t *testing.T) {
		tb := &fake{errs: map[string]error{"Lookup": gone}, values: map[uint32][][]byte{}}
		_, ended := runSession(t, tb, exerciseOf(on(OnObject, looksUp)...))
		require.NotNil(t, ended)
		assert.Equal(t, StatusInfraError, ended.status, "the grader holds the maps of an object")
	})
}

func TestProgramPrints(t *testing.T) {
	tb := &fake{outputs: []*testbed.Output{{Text: []byte("1\n")}, {Text: []byte("2\n3\n")}}}
	results, ended := runSession(t, tb, exerciseOf(on(OnProgram, func(c *T) {
		assert.Equal(t, "1\n", c.Printed())
		assert.Equal(t, "2\n3\n", c.Printed())
	})...))
	require.Nil(t, ended)
	assert.Equal(t, "2\n3\n", results[0].Output)
}

func TestProgramPrintsLater(t *testing.T) {
	for name, test := range map[string]struct {
		outputs []*testbed.Output
		calls   int
	}{
		"at once":    {[]*testbed.Output{{Text: []byte("1\n2\n")}}, 1},
		"in parts":   {[]*testbed.Output{{}, {Text: []byte("1\n")}, {}, {Text: []byte("2\n")}, {}}, 5},
		"in no time": {[]*testbed.Output{{Text: []byte("1\n")}, {}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			tb := &fake{outputs: test.outputs}
			want := ""
			for _, out := range test.outputs {
				want += string(out.Text)
			}
			results, ended := runSession(t, tb, exerciseOf(on(OnProgram, func(c *T) {
				got := c.PrintedUntil(func(text string) bool { return text == "1\n2\n" })
				assert.Equal(t, want, got)
			})...))
			require.Nil(t, ended)
			assert.Equal(t, want, results[0].Output)
			calls := slices.DeleteFunc(slices.Clone(tb.calls), func(c string) bool { return c != "Output" })
			assert.Len(t, calls, test.calls)
		})
	}
}

// TestMistakeThatLibbpfNames is told to the student whatever becomes of the
// program.
func TestMistakeThatLibbpfNames(t *testing.T) {
	pages := []*testbed.Output{{Text: []byte("libbpf: page count should be power of two, but is 3\n")}}
	t.Run("ends", func(t *testing.T) {
		tb := &fake{running: []*testbed.Running{{Exit: &testbed.Exit{Status: 1}}}, outputs: pages}
		results, ended := runSession(t, tb, exerciseOf(on(OnProgram, passes)...))
		require.Nil(t, ended)
		assert.Equal(t, "page-count", results[0].Diagnosis)
	})
	t.Run("crashes", func(t *testing.T) {
		tb := &fake{running: []*testbed.Running{{Exit: &testbed.Exit{Status: -1, Signal: "segmentation fault"}}}, outputs: pages}
		_, ended := runSession(t, tb, exerciseOf(on(OnProgram, passes)...))
		require.NotNil(t, ended)
		assert.Equal(t, StatusCrash, ended.status)
		assert.Equal(t, "page-count", ended.diagnosis)
	})
}

func TestPhaseOrder(t *testing.T) {
	ex := exerciseOf(slices.Concat(on(OnProgram, passes), on(OnObject, passes))...)
	assert.ErrorContains(t, Validate(ex), `check "phase 0 check 1": its phase is over before it comes`)
}
