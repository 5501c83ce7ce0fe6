package grader

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/submission"
	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// folder is a submission with these files.
func folder(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

// gradeOn grades a submission on a fake. Whatever comes out, the score is the
// sum of the checks, and only a pass has all of it.
func gradeOn(t *testing.T, tb *fake, ex *Exercise, path string) *Result {
	t.Helper()
	g := &Grader{
		Open:  tb.open,
		Build: &submission.Builder{Clang: "/nonexistent/clang"},
	}
	r, err := g.Grade(t.Context(), ex, path, 7)
	require.NoError(t, err)

	assert.Equal(t, tb.opened, tb.closed, "testbeds opened and closed")
	var sum float64
	for _, c := range r.Checks {
		sum += c.Score
	}
	assert.InDelta(t, sum, r.Score, 1e-9, "the score is the sum of the checks")
	assert.Equal(t, r.Status == StatusPass, r.Score == r.MaxScore, "full marks are for a pass, and no others")
	if r.Status != StatusPass && r.Status != StatusFail {
		assert.Zero(t, r.Score)
	}
	if len(r.Checks) > 0 {
		assert.Len(t, r.Checks, len(ex.Checks))
	}
	assert.Equal(t, r.Status == StatusPass, r.Message == "", "a reason is given, but for a pass: %q", r.Message)
	return r
}

func TestStatusOfSubmission(t *testing.T) {
	boom := errors.New("boom")
	panics := &testbed.CrashError{Reason: "Kernel panic"}
	refused := &testbed.LoadError{Program: "count", Message: "permission denied", Log: "R0 invalid mem access 'map_value_or_null'\n"}
	checks := func(runs ...func(*T)) []Check {
		var all []Check
		for _, run := range runs {
			all = append(all, Check{Run: run})
		}
		return all
	}

	for name, test := range map[string]struct {
		tb      *fake
		ex      *Exercise
		path    string
		files   map[string]string
		status  Status
		score   float64
		message string
		// diagnosis is that of the submission.
		diagnosis string
	}{
		"every check passes": {ex: exerciseOf(checks(passes, passes)...), status: StatusPass, score: 2},
		"a check fails": {
			ex:     exerciseOf(checks(passes, fails, passes)...),
			status: StatusFail, score: 2, message: "check 2: The count is wrong.",
		},

		"nothing to build":             {files: map[string]string{}, status: StatusBuildError, message: "There are no files in it."},
		"an empty source":              {files: map[string]string{"a": "", "prog.bpf.c": ""}, status: StatusBuildError, message: "prog.bpf.c is empty."},
		"an object that is text":       {files: map[string]string{"prog.bpf.o": "hello"}, status: StatusLoadError, message: `This is not an object file: it begins with "hello".`},
		"a section that nobody knows":  {path: "testdata/section.bpf.o", status: StatusLoadError, message: "No loader knows what to do with the program count", diagnosis: "unknown-section"},
		"the verifier refuses":         {tb: &fake{errs: map[string]error{"Load": fmt.Errorf("load: %w", refused)}}, status: StatusLoadError, message: "The kernel's verifier refused the program count", diagnosis: "missing-null-check"},
		"a program cannot be attached": {tb: &fake{errs: map[string]error{"Attach": &testbed.AttachError{Program: "count", Section: "kprobe/x", Message: "not found"}}}, status: StatusAttachError, message: "The program count could not be attached to kprobe/x", diagnosis: "kprobe-target"},

		"the verifier goes on and on": {tb: &fake{stalls: []string{"Load"}}, status: StatusTimeout, message: "The kernel had not loaded the object after 1m0s."},
		"attaching goes on and on":    {tb: &fake{stalls: []string{"Attach"}}, status: StatusTimeout, message: "The programs were not attached after 1m0s."},
		"a check goes on and on":      {tb: &fake{stalls: []string{"Lookup"}}, status: StatusTimeout, message: "The submission was not through its checks in time."},
		"a check takes the end of time for a failure": {
			ex: exerciseOf(Check{Run: func(t *T) {
				_, err := t.Testbed().Trace(t.Context())
				require.NoError(t, err)
			}}),
			tb: &fake{stalls: []string{"Trace"}}, status: StatusTimeout, message: "The submission was not through its checks in time.",
		},

		"the kernel dies while it loads":   {tb: &fake{errs: map[string]error{"Load": panics}}, status: StatusCrash, message: "The kernel did not survive the submission: Kernel panic."},
		"the kernel dies while it watches": {ex: recording("events"), tb: &fake{errs: map[string]error{"Watch": panics}}, status: StatusCrash, message: "The kernel did not survive"},
		"the kernel dies in a check":       {tb: &fake{errs: map[string]error{"Lookup": fmt.Errorf("look up: %w", panics)}}, status: StatusCrash, message: "The kernel did not survive"},
		"the kernel dies in the end":       {tb: &fake{errs: map[string]error{"Reset": panics}}, status: StatusCrash, message: "The kernel did not survive"},

		"no testbed":                            {tb: &fake{errs: map[string]error{"Open": boom}}, status: StatusInfraError, message: "open testbed: boom"},
		"a testbed that is dead":                {tb: &fake{errs: map[string]error{"Open": panics}}, status: StatusInfraError, message: "open testbed: kernel crashed: Kernel panic"},
		"no testbed in time":                    {tb: &fake{errs: map[string]error{"Open": context.DeadlineExceeded}}, status: StatusInfraError, message: "open testbed: context deadline exceeded"},
		"a kernel that does not say what it is": {tb: &fake{errs: map[string]error{"Info": boom}}, status: StatusInfraError, message: "describe kernel: boom"},
		"a kernel that is silent":               {tb: &fake{stalls: []string{"Info"}}, status: StatusInfraError, message: "describe kernel: Info: context deadline exceeded"},
		"a kernel dead before the submission":   {tb: &fake{errs: map[string]error{"Info": panics}}, status: StatusInfraError, message: "describe kernel: kernel crashed: Kernel panic"},
		"a kernel that lacks something": {
			ex:     &Exercise{Needs: []testbed.Feature{testbed.FeatureBTF, testbed.FeatureFentry}, Checks: exerciseOf(Check{Run: passes}).Checks},
			tb:     &fake{info: testbed.Info{Release: "6.1.0", Missing: map[testbed.Feature]string{testbed.FeatureFentry: "no trampolines"}}},
			status: StatusInfraError, message: "not gradable on this kernel (6.1.0), which lacks fentry: no trampolines",
		},
		"no compiler":                       {files: map[string]string{"prog.bpf.c": "int x;"}, status: StatusInfraError, message: "/nonexistent/clang"},
		"the testbed does not load":         {tb: &fake{errs: map[string]error{"Load": boom}}, status: StatusInfraError, message: "load object: boom"},
		"a load that gives up by itself":    {tb: &fake{errs: map[string]error{"Load": context.DeadlineExceeded}}, status: StatusInfraError, message: "load object: context deadline exceeded"},
		"a map that nobody may watch":       {ex: recording("events"), tb: &fake{errs: map[string]error{"Watch": testbed.ErrNotPermitted}}, status: StatusLoadError, message: "The flags of the map events keep user space from receiving its records."},
		"the testbed does not watch":        {ex: recording("ring"), tb: &fake{errs: map[string]error{"Watch": boom}}, status: StatusInfraError, message: "watch map ring: boom"},
		"an attach that gives up by itself": {tb: &fake{errs: map[string]error{"Attach": context.DeadlineExceeded}}, status: StatusInfraError, message: "attach programs: context deadline exceeded"},
		"the testbed does not attach":       {tb: &fake{errs: map[string]error{"Attach": boom}}, status: StatusInfraError, message: "attach programs: boom"},
		"the testbed does not look up":      {tb: &fake{errs: map[string]error{"Lookup": boom}}, status: StatusInfraError, message: `check "check 2": boom`},
		"a check that gives up by itself": {
			ex:     exerciseOf(Check{Run: func(t *T) { t.Infra(fmt.Errorf("wait: %w", context.DeadlineExceeded)) }}),
			status: StatusInfraError, message: `check "check 1": wait: context deadline exceeded`,
		},
		"a check panics":              {ex: exerciseOf(checks(passes, func(*T) { panic("oh no") })...), status: StatusInfraError, message: `check "check 2": the check panicked: oh no`},
		"a check panics with a crash": {ex: exerciseOf(checks(func(*T) { panic(panics) })...), status: StatusInfraError, message: "the check panicked: kernel crashed"},
		"a check panics after it failed": {
			ex: exerciseOf(checks(func(t *T) {
				defer func() { panic("oh no") }()
				fails(t)
			})...),
			status: StatusInfraError, message: "the check panicked: oh no",
		},
		"a check leaves":                 {ex: exerciseOf(checks(passes, func(*T) { runtime.Goexit() })...), status: StatusInfraError, message: `check "check 2": the check ended its goroutine`},
		"a check leaves after it failed": {ex: exerciseOf(checks(func(t *T) { t.Errorf("wrong"); runtime.Goexit() })...), status: StatusInfraError, message: "the check ended its goroutine"},
		"the testbed does not reset":     {tb: &fake{errs: map[string]error{"Reset": boom}}, status: StatusInfraError, message: "reset testbed: boom"},
		"the testbed resets for ever":    {tb: &fake{stalls: []string{"Reset"}}, status: StatusInfraError, message: "reset testbed: Reset: context deadline exceeded"},
		"something stays in the kernel":  {tb: &fake{leftovers: []testbed.Leftover{{Kind: "program", Name: "count"}}}, status: StatusInfraError, message: "reset testbed: the program count is still in the kernel"},
	} {
		t.Run(name, func(t *testing.T) {
			// In a bubble, what waits for a deadline has it at once.
			synctest.Test(t, func(t *testing.T) {
				tb, ex, path := test.tb, test.ex, test.path
				if tb == nil {
					tb = &fake{}
				}
				tb.values = map[uint32][][]byte{counterID: {make([]byte, 8)}}
				if ex == nil {
					ex = exerciseOf(checks(passes, looksUp)...)
				}
				if path == "" {
					path = mapsObject
				}
				if test.files != nil {
					path = folder(t, test.files)
				}
				r := gradeOn(t, tb, ex, path)
				assert.Equal(t, test.status, r.Status, r.Message)
				assert.Equal(t, test.score, r.Score)
				assert.Contains(t, r.Message, test.message)
				assert.Equal(t, test.diagnosis, r.Diagnosis)
			})
		})
	}
}

// recording is an exercise that collects the records of a map.
func recording(name string) *Exercise {
	ex := exerciseOf(Check{Run: passes})
	ex.Records = []string{name}
	return ex
}

// What comes first in the order of the statuses is the verdict, whatever else
// went wrong.
func TestPrecedenceOfStatuses(t *testing.T) {
	boom := errors.New("boom")
	broken := &testbed.CrashError{Reason: "Oops"}
	infra := func(t *T) { t.Infra(boom) }
	crash := func(t *T) { t.Infra(broken) }
	late := func(t *T) {
		<-t.Context().Done()
		t.Infra(t.Context().Err())
	}
	left := []testbed.Leftover{{Kind: "map", Name: "counter"}}
	attach := &testbed.AttachError{Program: "p", Section: "kprobe/x", Message: "not found"}

	for name, test := range map[string]struct {
		tb     *fake
		path   string
		checks []func(*T)
		want   Status
	}{
		"failure and infra":             {&fake{}, "", []func(*T){fails, infra}, StatusInfraError},
		"failure and panic":             {&fake{}, "", []func(*T){fails, func(*T) { panic(1) }}, StatusInfraError},
		"failure and leftover":          {&fake{leftovers: left}, "", []func(*T){fails}, StatusInfraError},
		"failure and no reset":          {&fake{errs: map[string]error{"Reset": boom}}, "", []func(*T){fails}, StatusInfraError},
		"failure and timeout":           {&fake{}, "", []func(*T){fails, late}, StatusTimeout},
		"failure and crash":             {&fake{}, "", []func(*T){fails, crash}, StatusCrash},
		"refused attach before a check": {&fake{errs: map[string]error{"Attach": attach}}, "", []func(*T){crash}, StatusAttachError},
		"unknown section before a load": {&fake{errs: map[string]error{"Load": broken}}, "testdata/section.bpf.o", nil, StatusLoadError},
		"silent kernel before a load":   {&fake{errs: map[string]error{"Info": boom}}, "testdata/section.bpf.o", nil, StatusInfraError},
		"no build before the testbed":   {&fake{errs: map[string]error{"Open": boom}}, "testdata/empty", nil, StatusBuildError},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var checks []Check
				for _, run := range test.checks {
					checks = append(checks, Check{Run: run})
				}
				path := test.path
				switch path {
				case "":
					path = mapsObject
				case "testdata/empty":
					path = t.TempDir()
				}
				checks = append(checks, Check{Run: passes})
				assert.Equal(t, test.want, gradeOn(t, test.tb, exerciseOf(checks...), path).Status)
			})
		})
	}
}

func TestEndedRunSkipsTheRestAndCountsNothing(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		status Status
	}{
		"by the grader":   {errors.New("boom"), StatusError},
		"by a submission": {&testbed.CrashError{Reason: "Oops"}, StatusFail},
	} {
		t.Run(name, func(t *testing.T) {
			ran := false
			r := gradeOn(t, &fake{}, exerciseOf(
				Check{Run: passes},
				Check{Run: func(t *T) { t.Award(0.5); t.Infra(test.err) }},
				Check{Run: func(*T) { ran = true }},
			), mapsObject)
			var statuses []Status
			for _, c := range r.Checks {
				statuses = append(statuses, c.Status)
				assert.Zero(t, c.Score, c.Name)
			}
			assert.Equal(t, []Status{StatusPass, test.status, StatusSkip}, statuses)
			assert.Equal(t, "The run ended before this check.", r.Checks[2].Message)
			assert.NotEmpty(t, r.Checks[1].Message)
			assert.False(t, ran)
		})
	}
}

func TestChecksAfterOthers(t *testing.T) {
	var ran []string
	note := func(name string, then func(*T)) func(*T) {
		return func(t *T) { ran = append(ran, name); then(t) }
	}
	r := gradeOn(t, &fake{}, exerciseOf(
		Check{Name: "a", Run: note("a", passes)},
		Check{Name: "b", Run: note("b", fails)},
		Check{Name: "c", After: []string{"a"}, Run: note("c", passes)},
		Check{Name: "d", After: []string{"a", "b"}, Run: note("d", passes)},
		Check{Name: "e", After: []string{"d"}, Run: note("e", passes)},
		Check{Name: "f", Run: note("f", passes)},
	), mapsObject)

	assert.Equal(t, []string{"a", "b", "c", "f"}, ran)
	assert.Equal(t, StatusFail, r.Status)
	assert.Equal(t, 3.0, r.Score)
	assert.Equal(t, StatusSkip, r.Checks[3].Status)
	assert.Equal(t, `It comes after "b", which did not pass.`, r.Checks[3].Message)
	assert.Equal(t, StatusSkip, r.Checks[4].Status)
	assert.Equal(t, `It comes after "d", which did not pass.`, r.Checks[4].Message)
	assert.Equal(t, "b: The count is wrong.", r.Message, "the first reason")
}

func TestResultSaysWhatWasGraded(t *testing.T) {
	tb := &fake{}
	g := &Grader{Open: tb.open, Kernel: "6.12.1", Backend: "vm"}
	r, err := g.Grade(t.Context(), exerciseOf(Check{Points: 2.5, Run: passes}), mapsObject, 4711)
	require.NoError(t, err)
	assert.Equal(t, "maps.bpf.o", r.Submission)
	assert.Equal(t, "test-exercise", r.Exercise)
	assert.Equal(t, "6.12.1", r.Kernel)
	assert.Equal(t, "vm", r.Backend)
	assert.Equal(t, uint64(4711), r.Seed)
	assert.Equal(t, 2.5, r.MaxScore)
	assert.Equal(t, "check 1", r.Checks[0].Name)
	assert.True(t, r.Graded())

	data, err := os.ReadFile(mapsObject)
	require.NoError(t, err)
	assert.Equal(t, data, tb.object, "the kernel gets the object as it was handed in")
}

func TestNameIsWithoutAnArchivesSuffix(t *testing.T) {
	object, err := os.ReadFile(mapsObject)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "alice.zip")
	file, err := os.Create(path)
	require.NoError(t, err)
	archive := zip.NewWriter(file)
	w, err := archive.Create("exec/prog.bpf.o")
	require.NoError(t, err)
	_, err = w.Write(object)
	require.NoError(t, errors.Join(err, archive.Close(), file.Close()))

	r := gradeOn(t, &fake{}, exerciseOf(Check{Run: passes}), path)
	assert.Equal(t, StatusPass, r.Status, r.Message)
	assert.Equal(t, "alice", r.Submission)
}

func TestNameOfWhatCannotBeOpenedIsSafe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "eve\x1b[31m\n")
	require.NoError(t, os.Mkdir(dir, 0o700))
	r := gradeOn(t, &fake{}, exerciseOf(Check{Run: passes}), dir)
	assert.Equal(t, StatusBuildError, r.Status)
	assert.Equal(t, "eve_[31m_", r.Submission)
}

func TestTheFolderOfTheProcessHasAName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "alice")
	require.NoError(t, os.Mkdir(dir, 0o700))
	t.Chdir(dir)
	assert.Equal(t, "alice", gradeOn(t, &fake{}, exerciseOf(Check{Run: passes}), ".").Submission)
}

// A submission that disappears while others are graded costs no more than its
// own result.
func TestNothingAtThePath(t *testing.T) {
	tb := &fake{}
	r := gradeOn(t, tb, exerciseOf(Check{Run: passes}), filepath.Join(t.TempDir(), "nobody"))
	assert.Equal(t, StatusInfraError, r.Status)
	assert.Equal(t, "nobody", r.Submission)
	assert.Contains(t, r.Message, "no such file or directory")
	assert.Zero(t, tb.opened)
}

// A file of the submission that disappears, or that the machine lacks, is no
// reason to say that there is no submission.
func TestMissingCompilerIsNotAMissingSubmission(t *testing.T) {
	r := gradeOn(t, &fake{}, exerciseOf(Check{Run: passes}), folder(t, map[string]string{"prog.bpf.c": "int x;"}))
	assert.Equal(t, StatusInfraError, r.Status)
	assert.False(t, r.Graded())
}

func TestSourceIsBuilt(t *testing.T) {
	if _, err := submission.FindClang(); err != nil {
		t.Skip(err)
	}
	if _, err := sandbox.Available(); err != nil {
		t.Skip(err)
	}
	const program = `__attribute__((section("kprobe/vfs_read"), used)) int p(void *ctx) { return 0; }`
	for name, test := range map[string]struct {
		source string
		status Status
		log    string
	}{
		"sound":          {program, StatusPass, ""},
		"with a warning": {"#warning mind the gap\n" + program, StatusPass, "mind the gap"},
		"with an error":  {"int x = ;\n" + program, StatusBuildError, "prog.bpf.c:1:9: error:"},
	} {
		t.Run(name, func(t *testing.T) {
			headers := folder(t, map[string]string{"vmlinux.h": "#include <linux/bpf.h>\n"})
			g := &Grader{Open: (&fake{}).open, Build: &submission.Builder{Headers: headers}}
			r, err := g.Grade(t.Context(), exerciseOf(Check{Run: passes}), folder(t, map[string]string{"prog.bpf.c": test.source}), 1)
			require.NoError(t, err)
			assert.Equal(t, test.status, r.Status, "%s\n%s", r.Message, r.Log)
			assert.Contains(t, r.Log, test.log)
			if test.log == "" {
				assert.Empty(t, r.Log)
			}
		})
	}
}

func TestNothingStaysOnTheDisk(t *testing.T) {
	for name, tb := range map[string]*fake{
		"graded":     {},
		"not graded": {errs: map[string]error{"Open": errors.New("boom")}},
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			gradeOn(t, tb, exerciseOf(Check{Run: passes}), mapsObject)
			left, err := os.ReadDir(temp)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

func TestCancelledContext(t *testing.T) {
	for _, during := range []string{"Open", "Info", "Load", "Watch", "Attach", "Lookup", "Reset"} {
		t.Run(during, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			tb := &fake{stalls: []string{during}, values: map[uint32][][]byte{counterID: {make([]byte, 8)}}}
			tb.on = func(method string) {
				if method == during {
					cancel()
				}
			}
			g := &Grader{Open: tb.open}
			ex := exerciseOf(Check{Run: looksUp})
			ex.Records = []string{"events"}
			r, err := g.Grade(ctx, ex, mapsObject, 1)
			assert.ErrorIs(t, err, context.Canceled)
			assert.Nil(t, r)
			assert.Equal(t, tb.opened, tb.closed)
			assert.Equal(t, during != "Open", tb.opened == 1)
		})
	}
}

func TestDeadlineOfTheCallerIsNotTheSubmissions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		tb := &fake{stalls: []string{"Lookup"}}
		r, err := (&Grader{Open: tb.open}).Grade(ctx, exerciseOf(Check{Run: looksUp}), mapsObject, 1)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Nil(t, r)
		assert.Equal(t, 1, tb.closed)
	})
}

// A submission's time is that on the testbed. How long it waits for one, and
// how long the grader cleans up, depends on the machine.
func TestTimeIsOnlyTheSubmissionsOwn(t *testing.T) {
	for name, test := range map[string]struct {
		open, info, check, reset time.Duration
		want                     Status
	}{
		"waits long for a testbed":     {open: time.Hour, want: StatusPass},
		"waits long for the kernel":    {info: 50 * time.Second, check: DefaultTimeout - time.Second, want: StatusPass},
		"takes nearly all its time":    {check: DefaultTimeout - time.Second, reset: 30 * time.Second, want: StatusPass},
		"takes more than all its time": {check: DefaultTimeout + time.Second, want: StatusTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tb := &slow{fake: &fake{}, info: test.info, reset: test.reset}
				g := &Grader{Open: func(context.Context) (testbed.Testbed, error) {
					time.Sleep(test.open)
					return tb, nil
				}}
				r, err := g.Grade(t.Context(), exerciseOf(Check{Run: func(t *T) {
					time.Sleep(test.check)
					t.Infra(t.Context().Err())
				}}), mapsObject, 1)
				require.NoError(t, err)
				assert.Equal(t, test.want, r.Status, r.Message)
				assert.Equal(t, test.open+test.info+test.check+test.reset, r.Duration)
			})
		})
	}
}

func TestTimeoutsOfTheGrader(t *testing.T) {
	for name, test := range map[string]struct {
		load, all time.Duration
		stall     string
		want      time.Duration
	}{
		"load by default":   {stall: "Load", want: DefaultLoadTimeout},
		"load":              {load: time.Second, stall: "Load", want: time.Second},
		"attach by default": {stall: "Attach", want: DefaultLoadTimeout},
		"all by default":    {stall: "Lookup", want: DefaultTimeout},
		"all":               {all: time.Second, stall: "Lookup", want: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tb := &fake{stalls: []string{test.stall}}
				g := &Grader{Open: tb.open, LoadTimeout: test.load, Timeout: test.all}
				r, err := g.Grade(t.Context(), exerciseOf(Check{Run: looksUp}), mapsObject, 1)
				require.NoError(t, err)
				assert.Equal(t, StatusTimeout, r.Status)
				assert.Equal(t, test.want, r.Duration)
			})
		})
	}
}

// slow is a testbed that takes its time.
type slow struct {
	*fake
	info, reset time.Duration
}

func (s *slow) Info(ctx context.Context) (*testbed.Info, error) {
	time.Sleep(s.info)
	return s.fake.Info(ctx)
}

func (s *slow) Reset(ctx context.Context) ([]testbed.Leftover, error) {
	time.Sleep(s.reset)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return s.fake.Reset(ctx)
}

func TestWatchesBeforeItAttaches(t *testing.T) {
	for name, test := range map[string]struct {
		records []string
		want    []uint32
	}{
		"none":                    {nil, nil},
		"both kinds":              {[]string{"events", "ring"}, []uint32{eventsID, ringID}},
		"a map without records":   {[]string{"counter"}, nil},
		"a map that is not there": {[]string{"nothing"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tb := &fake{}
			ex := exerciseOf(Check{Run: passes})
			ex.Records = test.records
			assert.Equal(t, StatusPass, gradeOn(t, tb, ex, mapsObject).Status)
			assert.Equal(t, test.want, tb.watched)
			want := []string{"Open", "Info", "Load"}
			for range test.want {
				want = append(want, "Watch")
			}
			assert.Equal(t, append(want, "Attach", "Reset"), tb.calls)
		})
	}
}

func TestSeedDrawsTheWorkload(t *testing.T) {
	draw := func(seed uint64, names ...string) map[string][]uint64 {
		drawn := make(map[string][]uint64)
		var checks []Check
		for _, name := range names {
			checks = append(checks, Check{Name: name, Run: func(t *T) {
				for range 4 {
					drawn[name] = append(drawn[name], t.Rand.Uint64())
				}
			}})
		}
		_, err := (&Grader{Open: (&fake{}).open}).Grade(t.Context(), exerciseOf(checks...), mapsObject, seed)
		require.NoError(t, err)
		return drawn
	}
	all := draw(1, "a", "b", "c")
	assert.Equal(t, all, draw(1, "a", "b", "c"), "the same seed draws the same")
	assert.Equal(t, all["b"], draw(1, "b")["b"], "a check draws the same alone")
	assert.Equal(t, all["b"], draw(1, "c", "b")["b"], "a check draws the same in another order")
	assert.NotEqual(t, all["a"], all["b"], "checks draw differently")
	assert.NotEqual(t, all["a"], draw(2, "a")["a"], "seeds draw differently")
}

func TestCheckDoesNotSeeTheOneBefore(t *testing.T) {
	r := gradeOn(t, &fake{}, exerciseOf(
		Check{Points: 2, Run: func(t *T) { t.Award(0.5); t.Output("first"); t.Errorf("wrong") }},
		Check{Points: 2, Run: func(c *T) { assert.False(t, c.Failed()) }},
		Check{Points: 2, Run: func(t *T) { t.Errorf("wrong as well") }},
	), mapsObject)
	assert.Equal(t, []float64{1, 2, 0}, []float64{r.Checks[0].Score, r.Checks[1].Score, r.Checks[2].Score})
	assert.Equal(t, "first", r.Checks[0].Output)
	assert.Empty(t, r.Checks[1].Output)
	assert.Equal(t, "wrong as well", r.Checks[2].Message)
	assert.Empty(t, r.Checks[1].Message)
}

// Sums of tenths do not add up in binary; marks do.
func TestMarksAddUp(t *testing.T) {
	for name, test := range map[string]struct {
		points []float64
		max    float64
	}{
		"ten tenths":       {[]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 1},
		"three tenths":     {[]float64{0.1, 0.2}, 0.3},
		"hundredths":       {[]float64{3.33, 3.33, 3.34}, 10},
		"whole and halves": {[]float64{1, 2.5, 0.5, 6}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			var checks []Check
			for _, points := range test.points {
				checks = append(checks, Check{Points: points, Run: passes})
			}
			ex := exerciseOf(checks...)
			r := gradeOn(t, &fake{}, ex, mapsObject)
			assert.Equal(t, test.max, ex.MaxScore())
			assert.Equal(t, test.max, r.Score)

			checks[0].Run = fails
			r = gradeOn(t, &fake{}, exerciseOf(checks...), mapsObject)
			assert.Equal(t, hundredths(test.max-test.points[0]), r.Score)
		})
	}
}

// Names of maps and sections come from the submission, and a hostile one is
// long.
func TestReasonsAreBounded(t *testing.T) {
	long := string(make([]byte, 100_000))
	r := gradeOn(t, &fake{}, exerciseOf(Check{Run: func(t *T) {
		t.Fail(Failure{Expected: long, Actual: long, Message: long, Help: long})
	}}), mapsObject)
	c := r.Checks[0]
	for _, text := range []string{c.Expected, c.Actual, c.Message, c.Help, r.Help} {
		assert.Len(t, text, maxText)
	}
	assert.LessOrEqual(t, len(r.Message), maxText+100)

	r = gradeOn(t, &fake{errs: map[string]error{"Load": &testbed.LoadError{Message: long}}}, exerciseOf(Check{Run: passes}), mapsObject)
	assert.LessOrEqual(t, len(r.Message), maxText)
	assert.NotEmpty(t, r.Message)

	r = gradeOn(t, &fake{}, exerciseOf(Check{Run: func(t *T) { t.Infra(errors.New(long)) }}), mapsObject)
	assert.Len(t, r.Message, maxText)
	assert.Len(t, r.Checks[0].Message, maxText)
}

func TestPanicOfTheGraderIsNoVerdict(t *testing.T) {
	g := &Grader{Open: func(context.Context) (testbed.Testbed, error) { panic("index out of range") }}
	r, err := g.Grade(t.Context(), &Exercise{Slug: "one"}, "testdata/maps.bpf.o", 7)
	require.NoError(t, err)
	assert.Equal(t, StatusInfraError, r.Status)
	assert.Equal(t, "the grader panicked: index out of range", r.Message)
	assert.False(t, r.Graded())
}

// A result tells which checks are hidden, what they are worth, and what it came
// from.
func TestHiddenChecksAndOrigin(t *testing.T) {
	tb := &fake{}
	ex := exerciseOf(Check{Run: passes, Points: 2}, Check{Run: fails, Points: 3, Hidden: true})
	g := &Grader{Open: tb.open, Build: &submission.Builder{Clang: "/nonexistent/clang"}, KernelHash: "image"}
	r, err := g.Grade(t.Context(), ex, mapsObject, 7)
	require.NoError(t, err)
	assert.Equal(t, 3.0, r.MaxHidden)
	assert.Equal(t, 5.0, r.MaxScore)
	assert.False(t, r.Checks[0].Hidden)
	assert.True(t, r.Checks[1].Hidden)
	assert.Equal(t, mapsObject, r.Origin.Path)
	assert.Equal(t, "image", r.Origin.KernelHash)
	assert.Len(t, r.Origin.SubmissionHash, 64)

	again, err := g.Grade(t.Context(), ex, mapsObject, 8)
	require.NoError(t, err)
	assert.Equal(t, r.Origin, again.Origin, "it does not depend on the run")
	unopened, err := g.Grade(t.Context(), ex, filepath.Join(t.TempDir(), "none"), 7)
	require.NoError(t, err)
	assert.Empty(t, unopened.Origin.SubmissionHash)
	assert.False(t, unopened.Conclusive())
	assert.True(t, r.Conclusive())
}

// TestComplaint grades again when the kernel has found something broken in
// itself, on another one and no more than once.
func TestComplaint(t *testing.T) {
	broken := &testbed.ComplaintError{Reason: "WARNING: CPU: 0", Console: "[1.0] WARNING: CPU: 0\nCall Trace:"}
	for name, test := range map[string]struct {
		// where the kernel complains, and on how many testbeds
		where  string
		kernel int
		status Status
	}{
		"in the end of one":  {"Reset", 1, StatusPass},
		"in a check of one":  {"Lookup", 1, StatusPass},
		"in the end of each": {"Reset", 2, StatusInfraError},
		"in a check of each": {"Lookup", 2, StatusInfraError},
	} {
		t.Run(name, func(t *testing.T) {
			tb := &fake{values: map[uint32][][]byte{counterID: {make([]byte, 8)}}}
			tb.on = func(method string) {
				tb.errs = nil
				if method == test.where && tb.opened <= test.kernel {
					tb.errs = map[string]error{method: fmt.Errorf("on the way: %w", broken)}
				}
			}
			r := gradeOn(t, tb, exerciseOf(Check{Run: passes}, Check{Run: func(t *T) { t.Map("counter").Uint64(0) }}), mapsObject)
			assert.Equal(t, test.status, r.Status)
			assert.Equal(t, 2, tb.opened)
			if test.status == StatusInfraError {
				assert.Contains(t, r.Message, broken.Reason)
				assert.Contains(t, r.Log, "Call Trace")
			}
		})
	}
}
