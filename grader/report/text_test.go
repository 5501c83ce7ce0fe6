package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

var update = flag.Bool("update", false, "write the golden files")

// The width of some characters depends on the locale; here it does not.
func TestMain(m *testing.M) {
	runewidth.DefaultCondition.EastAsianWidth = false
	os.Exit(m.Run())
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with -update")
	assert.Equal(t, string(want), text)
}

func render(t *testing.T, o TextOptions, results ...*grader.Result) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, Text(&b, results, o))
	return b.String()
}

func passing() *grader.Result {
	return &grader.Result{
		Submission: "alice", Exercise: "exec-counter", Kernel: "6.12.117", Backend: "vm",
		Status: grader.StatusPass, Score: 4.5, MaxScore: 4.5, Duration: 812 * time.Millisecond, Seed: 4711,
		Log: "prog.bpf.c:3:1: warning: unused",
		Checks: []grader.CheckResult{
			{Name: "counter map", Status: grader.StatusPass, Score: 1, MaxScore: 1},
			{Name: "prints every call", Status: grader.StatusPass, Score: 3.5, MaxScore: 3.5, Output: "execve called 1 times\n"},
		},
	}
}

func failing() *grader.Result {
	return &grader.Result{
		Submission: "bob", Exercise: "exec-counter", Kernel: "6.12.117", Backend: "vm",
		Status: grader.StatusFail, Score: 2.5, MaxScore: 12, Duration: 1234 * time.Millisecond, Seed: 7,
		Message: "counts failing calls: A failing execve was made 23 times, and counter[0] went from 0 to 22.",
		Help:    "A call that fails is a call too: hook the entry of the system call, not what happens after it succeeded.",
		Advice: []grader.Advice{
			{ID: "null-check-elided", Message: "Older kernels refuse a lookup whose result is not checked.", Line: "prog.bpf.c:21"},
		},
		Checks: []grader.CheckResult{
			{Name: "counter map", Status: grader.StatusPass, Score: 1, MaxScore: 1},
			{
				Name: "counts failing calls", Status: grader.StatusFail, Score: 1.5, MaxScore: 4,
				Expected: "counter[0] up by 23", Actual: "counter[0] up by 22",
				Message:   "A failing execve was made 23 times, and counter[0] went from 0 to 22.",
				Help:      "A call that fails is a call too: hook the entry of the system call, not what happens after it succeeded.",
				Diagnosis: "success-only",
			},
			{
				Name: "prints every call", Status: grader.StatusFail, MaxScore: 4,
				Expected: "execve called 3 times", Actual: "execve called  3 times\t",
				Message: "Line 3 of 9 is not what was asked for.",
				Output:  "execve called 1 times\nexecve called 2 times\nexecve called  3 times\t\nd\ne\nf\ng\nh\n",
			},
			{
				Name: "ignores execveat", Status: grader.StatusSkip, MaxScore: 3,
				Message: `It comes after "counts failing calls", which did not pass.`,
			},
		},
	}
}

func buildError() *grader.Result {
	return &grader.Result{
		Submission: "carol", Exercise: "exec-counter", Kernel: "6.12.117", Backend: "vm",
		Status: grader.StatusBuildError, MaxScore: 10, Duration: 90 * time.Millisecond, Seed: 7,
		Message: "prog.bpf.c:12:15: expected ';' after expression", Diagnosis: "compile-error",
		Log: "prog.bpf.c:12:15: error: expected ';' after expression\n   12 | \t(*count)++\n      | \t          ^\n      | \t          ;\n",
	}
}

func infraError() *grader.Result {
	return &grader.Result{
		Submission: "dave", Exercise: "exec-counter", Kernel: "6.12.117", Backend: "vm",
		Status: grader.StatusInfraError, MaxScore: 10, Duration: time.Second, Seed: 7,
		Message: "reset testbed: the program count is still in the kernel",
		Checks: []grader.CheckResult{
			{Name: "counter map", Status: grader.StatusPass, MaxScore: 1},
			{Name: "counts failing calls", Status: grader.StatusPass, MaxScore: 9},
		},
	}
}

func crash() *grader.Result {
	return &grader.Result{
		Submission: "erin", Exercise: "exec-counter", Kernel: "6.12.117", Backend: "vm",
		Status: grader.StatusCrash, MaxScore: 10, Duration: time.Second, Seed: 7,
		Message: "The kernel did not survive the submission: Kernel panic - not syncing.",
		Checks: []grader.CheckResult{
			{Name: "counter map", Status: grader.StatusPass, MaxScore: 1},
			{Name: "counts failing calls", Status: grader.StatusFail, MaxScore: 4, Message: "The kernel did not survive the submission: Kernel panic - not syncing."},
			{Name: "prints every call", Status: grader.StatusSkip, MaxScore: 5, Message: "The run ended before this check."},
		},
	}
}

func brokenCheck() *grader.Result {
	r := crash()
	r.Submission, r.Status = "frank", grader.StatusInfraError
	r.Message = `check "counts failing calls": the check panicked: oh no`
	r.Checks[1].Status, r.Checks[1].Message = grader.StatusError, "the check panicked: oh no"
	return r
}

// named gives a result another name.
func named(name string, r *grader.Result) *grader.Result {
	r.Submission = name
	return r
}

// hostile has what a terminal must not see in every text, and in every name.
const hostile = "\x1b[31mred\x1b]0;title\x07\r\nnext\u202etxet\u2066\u200b\u200f\x9b31m\u009b2J\x00\b\x7f\xff\ue000\u2028\u0085\u00a0end"

func hostileResult() *grader.Result {
	return &grader.Result{
		Submission: hostile, Exercise: hostile, Kernel: hostile, Backend: hostile,
		Status: grader.StatusFail, Score: 1, MaxScore: 2,
		Message: hostile, Help: hostile, Diagnosis: hostile, Log: hostile,
		Advice: []grader.Advice{{ID: hostile, Message: hostile, Line: hostile}},
		Checks: []grader.CheckResult{{
			Name: hostile, Status: grader.StatusFail, Score: 1, MaxScore: 2,
			Expected: hostile, Actual: hostile, Message: hostile + ".", Help: hostile, Diagnosis: hostile, Output: hostile,
		}},
	}
}

// classOf has every status, and names of every kind.
func classOf() []*grader.Result {
	loadError := buildError()
	loadError.Status, loadError.Message = grader.StatusLoadError, "The kernel's verifier refused the program count: R0 invalid mem access 'map_value_or_null'."
	late := buildError()
	late.Status, late.Message = grader.StatusTimeout, "The submission was not through its checks in time."
	other := failing()
	other.Exercise, other.Kernel = "block-start-kprobe", "6.1.176"
	return []*grader.Result{
		passing(),
		failing(),
		buildError(),
		infraError(),
		crash(),
		named("josé-garcía", late),
		named("Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine", loadError),
		named("王小明", passing()),
		named("佐藤花子佐藤花子佐藤花子佐藤花子佐藤花子", other),
		named("🐝🐝 bee 👩🏽‍💻", passing()),
		named("e\u0301le\u0300ve n\u0303", passing()),
		named("한국어 학생", passing()),
		named(hostile, passing()),
	}
}

func TestTextOfOne(t *testing.T) {
	for name, r := range map[string]*grader.Result{
		"pass":         passing(),
		"fail":         failing(),
		"build_error":  buildError(),
		"infra_error":  infraError(),
		"crash":        crash(),
		"broken_check": brokenCheck(),
		"hostile":      hostileResult(),
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".txt", render(t, TextOptions{}, r))
		})
	}
}

func TestTextOptions(t *testing.T) {
	for name, o := range map[string]TextOptions{
		"fail_40":    {Width: 40},
		"fail_color": {Color: true},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name+".txt", render(t, o, failing())) })
	}
	for name, o := range map[string]TextOptions{
		"class":       {},
		"class_40":    {Width: 40},
		"class_120":   {Width: 120},
		"class_color": {Color: true},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name+".txt", render(t, o, classOf()...)) })
	}
	t.Run("nothing", func(t *testing.T) { golden(t, "nothing.txt", render(t, TextOptions{})) })
	t.Run("nothing graded", func(t *testing.T) {
		golden(t, "nothing_graded.txt", render(t, TextOptions{}, infraError(), brokenCheck()))
	})
}

func TestNoWidthIsEighty(t *testing.T) {
	for _, results := range [][]*grader.Result{{failing()}, classOf()} {
		assert.Equal(t, render(t, TextOptions{Width: 80}, results...), render(t, TextOptions{}, results...))
	}
}

// Without colours there are no escapes at all, and with them no others.
func TestColors(t *testing.T) {
	strip := strings.NewReplacer("\x1b[31m", "", "\x1b[32m", "", "\x1b[33m", "", "\x1b[1m", "", "\x1b[0m", "")
	for _, results := range [][]*grader.Result{{passing()}, {failing()}, {infraError()}, {hostileResult()}, classOf()} {
		plain, colored := render(t, TextOptions{}, results...), render(t, TextOptions{Color: true}, results...)
		assert.NotContains(t, plain, "\x1b")
		assert.Contains(t, colored, "\x1b")
		assert.Equal(t, plain, strip.Replace(colored))
		assert.Equal(t, strings.Count(colored, "\x1b["), 2*strings.Count(colored, "\x1b[0m"), "each colour ends")
	}
}

// Nothing of a submission moves the cursor, changes the terminal or turns
// around the direction of writing.
func TestTextIsHarmless(t *testing.T) {
	everyRune := func(r *grader.Result, text string) {
		for _, field := range []*string{
			&r.Submission, &r.Exercise, &r.Kernel, &r.Message, &r.Help, &r.Log,
			&r.Advice[0].Message, &r.Advice[0].Line, &r.Checks[0].Name, &r.Checks[0].Expected, &r.Checks[0].Actual,
			&r.Checks[0].Message, &r.Checks[0].Help, &r.Checks[0].Output,
		} {
			*field = text
		}
		r.Checks[0].Message += "." // another one than the submission's
	}
	var all strings.Builder
	for r := rune(0); r < 0x3000; r++ {
		all.WriteRune(r)
	}
	for r := rune(0xE000); r < 0x11000; r++ {
		all.WriteRune(r)
	}
	for r := rune(0xE0000); r < 0xE0200; r++ {
		all.WriteRune(r)
	}
	for b := range 256 {
		all.WriteByte(byte(b))
	}
	for name, text := range map[string]string{"hostile": hostile, "every character": all.String()} {
		t.Run(name, func(t *testing.T) {
			r := hostileResult()
			everyRune(r, text)
			for _, status := range []grader.Status{grader.StatusFail, grader.StatusInfraError, grader.StatusCrash, hostile} {
				r.Status, r.Checks[0].Status = status, status
				for _, out := range []string{render(t, TextOptions{}, r), render(t, TextOptions{}, r, r)} {
					require.True(t, utf8.ValidString(out))
					for i, c := range out {
						if c != '\n' && !unicode.IsPrint(c) {
							require.Fail(t, "not printable", "%U in %q", c, out[max(0, i-20):min(len(out), i+20)])
						}
					}
				}
			}
		})
	}
}

// A newline in a name or reason makes no line of its own.
func TestHostileTextStaysOnItsLine(t *testing.T) {
	for line := range strings.Lines(render(t, TextOptions{}, hostileResult(), passing())) {
		assert.False(t, strings.HasPrefix(line, "next"), line)
	}
	forged := passing()
	forged.Submission = "eve\npass  10/10"
	for line := range strings.Lines(render(t, TextOptions{}, forged)) {
		assert.False(t, strings.HasPrefix(line, "pass  10/10"), line)
	}
}

// The columns of a table stand under each other, whatever the names are.
func TestTableIsAligned(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120, 200} {
		lines := strings.Split(render(t, TextOptions{Width: width}, classOf()...), "\n")
		at := runewidth.StringWidth(lines[0][:strings.Index(lines[0], "MARKS")])
		for i, r := range classOf() {
			left := runewidth.Truncate(lines[i+1], at, "")
			right := strings.TrimPrefix(lines[i+1], left)
			assert.Equal(t, at, runewidth.StringWidth(left), lines[i+1])
			assert.True(t, strings.HasPrefix(right, marks(r)), "%q in %q", right, lines[i+1])
			if width >= 80 {
				assert.LessOrEqual(t, runewidth.StringWidth(lines[i+1]), width)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		width int
		want  []string
	}{
		"short":             {"a b", 10, []string{"a b"}},
		"exact":             {"aaa bbb", 7, []string{"aaa bbb"}},
		"broken":            {"aaa bbb", 6, []string{"aaa", "bbb"}},
		"a long word":       {"a bbbbbbbb c", 4, []string{"a", "bbbbbbbb", "c"}},
		"wide":              {"漢字 漢字", 8, []string{"漢字", "漢字"}},
		"spaces are kept":   {"a  b", 10, []string{"a  b"}},
		"leading spaces":    {"  b", 10, []string{"  b"}},
		"nothing":           {"", 10, []string{""}},
		"a width too small": {"a b", 0, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, Wrap(test.text, test.width)) })
	}
}

// What differs must be seen to differ.
func TestValuesShowWhatIsInvisible(t *testing.T) {
	for text, want := range map[string]string{
		"execve called 3 times":  "execve called 3 times",
		`"quoted"`:               `"quoted"`,
		"漢字 é":                   "漢字 é",
		"execve called  3 times": `"execve called  3 times"`,
		" 3":                     `" 3"`,
		"3 ":                     `"3 "`,
		"3\n":                    `"3\n"`,
		"3\u00a0times":           `"3\u00a0times"`,
		"\x1b[31m":               `"\x1b[31m"`,
		"\xff":                   `"\xff"`,
		"\u202e3":                `"\u202e3"`,
		"":                       "",
	} {
		assert.Equal(t, want, value(text))
	}
}

// unwritable fails.
type unwritable struct{}

var errFull = errors.New("disk full")

func (unwritable) Write([]byte) (int, error) { return 0, errFull }

func TestTextThatCannotBeWritten(t *testing.T) {
	assert.ErrorIs(t, Text(unwritable{}, []*grader.Result{passing()}, TextOptions{}), errFull)
}

func TestTextIsTheSameEachTime(t *testing.T) {
	var first bytes.Buffer
	require.NoError(t, Text(&first, classOf(), TextOptions{}))
	for range 5 {
		assert.Equal(t, first.String(), render(t, TextOptions{}, classOf()...))
	}
}
