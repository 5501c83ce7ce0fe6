package report

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

// written is a document of a format, made of results.
func written(t *testing.T, format string, results ...*grader.Result) string {
	t.Helper()
	f, err := FormatNamed(format)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, tool, results))
	if format == "classroom" {
		document, err := base64.StdEncoding.DecodeString(strings.TrimSpace(b.String()))
		require.NoError(t, err)
		return string(document)
	}
	return b.String()
}

// withHidden failed a hidden check first, and then one that is seen.
func withHidden() *grader.Result {
	const secret = "SECRET"
	return &grader.Result{
		Submission: "bob", Exercise: "exec-counter", Kernel: "6.12.117", Backend: "vm", Seed: 7,
		Status: grader.StatusFail, Score: 1, MaxScore: 1003.77, MaxHidden: 998.77,
		Message: secret + " name: " + secret + " message", Help: secret + " help",
		Checks: []grader.CheckResult{
			{Name: "seen and passed", Status: grader.StatusPass, Score: 1, MaxScore: 1},
			{
				Name: secret + " name", Hidden: true, Status: grader.StatusFail, MaxScore: 998.77,
				Expected: secret + " expected", Actual: secret + " actual", Message: secret + " message",
				Help: secret + " help", Diagnosis: secret + "-diagnosis", Output: secret + " output",
			},
			{Name: "seen and failed", Status: grader.StatusFail, MaxScore: 4, Message: "The seen reason.", Help: "The seen help."},
		},
		Origin: grader.Origin{Path: "/home/SECRET/bob", Tool: tool},
	}
}

// What a student sees has nothing of a hidden check, whatever came of it, in
// any format: neither its name and texts nor its points.
func TestStudentsSeeNothingOfHiddenChecks(t *testing.T) {
	crashed := withHidden()
	crashed.Status, crashed.Score, crashed.Message, crashed.Help = grader.StatusCrash, 0, "The kernel did not survive.", ""
	broken := withHidden()
	broken.Status, broken.Score = grader.StatusInfraError, 0
	broken.Message, broken.Checks[1].Status = `check "SECRET name": boom`, grader.StatusError
	unbuilt := withHidden()
	unbuilt.Status, unbuilt.Score, unbuilt.Checks, unbuilt.Message, unbuilt.Help = grader.StatusBuildError, 0, nil, "prog.bpf.c:3: no.", ""
	for name, r := range map[string]*grader.Result{"fail": withHidden(), "crash": crashed, "infra": broken, "build": unbuilt} {
		for _, f := range Formats {
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				document := written(t, f.Name, ForStudents([]*grader.Result{r})...)
				for _, secret := range []string{"SECRET", "998.77", "1003.77"} {
					assert.NotContains(t, document, secret)
				}
				assert.NotEmpty(t, document)
				if !f.Students {
					return
				}
				assert.Equal(t, document, written(t, f.Name, r), "a format for students needs no telling")
			})
		}
		text := render(t, TextOptions{}, ForStudents([]*grader.Result{r})...)
		assert.NotContains(t, text, "SECRET")
		assert.NotContains(t, text, "998.77")
	}
	assert.Contains(t, written(t, "json", withHidden()), "SECRET name", "the instructor sees it")
	assert.Contains(t, written(t, "csv", withHidden()), "SECRET name")
	assert.Equal(t, 998.77, withHidden().Checks[1].MaxScore, "the result stays as it is")
}

func TestWhatAStudentSeesAddsUp(t *testing.T) {
	seen := forStudent(withHidden())
	assert.Equal(t, grader.StatusFail, seen.Status)
	assert.Equal(t, 1.0, seen.Score)
	assert.Equal(t, 5.0, seen.MaxScore)
	assert.Equal(t, "seen and failed: The seen reason.", seen.Message)
	assert.Equal(t, "The seen help.", seen.Help)

	// Only the hidden one failed.
	r := withHidden()
	r.Checks = r.Checks[:2]
	r.MaxScore = 999.77
	seen = forStudent(r)
	assert.Equal(t, grader.StatusPass, seen.Status)
	assert.Empty(t, seen.Message)
	emit(t, seen)
}

// The platform keeps a hidden check from the student; there it counts.
func TestGradescopeHidesAndCounts(t *testing.T) {
	var document struct {
		Score  float64
		Output string
		Tests  []struct {
			Name, Visibility, Status string
			Score                    float64
			MaxScore                 float64 `json:"max_score"`
		}
	}
	r := withHidden()
	r.Advice = []grader.Advice{{ID: "a", Message: "Some advice."}}
	require.NoError(t, json.Unmarshal([]byte(written(t, "gradescope", r)), &document))
	assert.Equal(t, 1.0, document.Score)
	assert.Equal(t, "advice: Some advice.", document.Output)
	require.Len(t, document.Tests, 3)
	assert.Equal(t, "visible", document.Tests[0].Visibility)
	assert.Equal(t, "hidden", document.Tests[1].Visibility)
	assert.Equal(t, "passed", document.Tests[0].Status)
	assert.Equal(t, "failed", document.Tests[1].Status)
	assert.Equal(t, 998.77, document.Tests[1].MaxScore)

	assert.NotContains(t, written(t, "gradescope", infraError()), `"score"`, "no score without proof")
}

func TestGoldenFormats(t *testing.T) {
	for _, f := range Formats {
		if f.Name == "json" || f.Name == "html" {
			continue // has its own
		}
		suffix := filepath.Ext(f.File)
		if f.Each() {
			golden(t, f.Name+"_fail"+suffix, written(t, f.Name, failing()))
			golden(t, f.Name+"_build_error"+suffix, written(t, f.Name, buildError()))
			continue
		}
		golden(t, f.Name+suffix, written(t, f.Name, passing(), failing(), buildError(), infraError(), crash(), brokenCheck()))
	}
}

// evil has what is special to each format, in names and in texts.
func evil(name string) *grader.Result {
	r := failing()
	r.Submission, r.Message, r.Log, r.Status = name, name, name, grader.StatusFail
	r.Checks[1].Name, r.Checks[1].Message, r.Checks[1].Output, r.Checks[1].Diagnosis = name, name, name, name
	r.Checks[1].Expected, r.Checks[1].Actual, r.Checks[1].Help = name, name, name
	r.Advice[0].Message = name
	return r
}

var evilNames = []string{
	`=HYPERLINK("http://evil","x")`, "+1", "-1+2", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", "|calc", "%0",
	`a,b`, `a"b`, "a\nb", "a;b", "émile 漢字 🐝", "‮evil", hostile, "]]>", "<script>alert(1)</script>", "&amp;",
	"</script><!--", "```\n# x", "| a | b |", "[x](javascript:alert(1))", "../../etc/passwd", "a/b\\c", "CON", "con.txt", ".", "..", "",
	"-rf", "~", "$HOME", strings.Repeat("x", 300), strings.Repeat("漢", 200), "\xff\xfe", "\x00",
}

func TestCSVStartsNoFormula(t *testing.T) {
	for _, name := range evilNames {
		text := written(t, "csv", evil(name))
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		for _, row := range rows {
			for _, cell := range row {
				assert.NotContains(t, cell, "\n")
				assert.NotContains(t, cell, "\r")
				if cell = strings.TrimSpace(cell); cell != "" {
					assert.NotContains(t, "=+-@|%＝", firstRune(cell), "%q", cell)
				}
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(written(t, "csv", named("a,b\"", passing())))).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, `a,b"`, rows[1][0], "what starts no formula stays")
}

func TestCSVOfSeveralExercises(t *testing.T) {
	other := passing()
	other.Exercise = "exec-table"
	rows, err := csv.NewReader(strings.NewReader(written(t, "csv", passing(), other, infraError()))).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{
		"submission", "exercise", "status", "kernel", "seed", "seconds", "reason", "exec-counter: counter map", "exec-counter: prints every call",
		"exec-counter: counts failing calls", "exec-table: counter map", "exec-table: prints every call", "of", "total",
	}, rows[0])
	assert.Equal(t, []string{"1", "3.5", "", "", "", "4.5", "4.5"}, rows[1][7:])
	assert.Equal(t, []string{"", "", "", "1", "3.5", "4.5", "4.5"}, rows[2][7:])
	assert.Equal(t, []string{"", "", "", "", "", "10", ""}, rows[3][7:], "no score, no number")
}

func TestJUnitIsXML(t *testing.T) {
	for _, name := range slices.DeleteFunc(slices.Clone(evilNames), func(name string) bool { return name == "" }) {
		text := written(t, "junit", evil(name))
		require.True(t, utf8.ValidString(text))
		decoder := xml.NewDecoder(strings.NewReader(text))
		elements := 0
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err, "%q in %s", name, text)
			if _, ok := token.(xml.StartElement); ok {
				elements++
			}
		}
		assert.Equal(t, elementsOf(written(t, "junit", evil("plain"))), elements, "%q makes no element", name)
	}
}

func elementsOf(text string) int {
	return strings.Count(text, "</") + strings.Count(text, "/>")
}

func TestPlatformsGetValidJSON(t *testing.T) {
	for _, format := range []string{"gradescope", "classroom", "exercism", "prairielearn"} {
		for _, name := range evilNames {
			document := written(t, format, evil(name))
			assert.True(t, json.Valid([]byte(document)), format)
			assert.NotContains(t, document, `\u001b`, "a terminal's controls, in %s", format)
		}
		for _, status := range statuses {
			assert.True(t, json.Valid([]byte(written(t, format, ofStatus(status)))))
		}
		f, err := FormatNamed(format)
		require.NoError(t, err)
		assert.ErrorContains(t, f.Write(io.Discard, tool, classOf()), "about one submission")
	}
}

// The reporter adds up scores in one place and counts passes in another.
func TestClassroomIsTheSameInBothPlaces(t *testing.T) {
	type document struct {
		Status   string
		MaxScore float64 `json:"max_score"`
		Tests    []struct {
			Status string
			Score  *float64
			LineNo *int `json:"line_no"`
		}
	}
	equal := failing()
	equal.Checks = equal.Checks[:3]
	for i := range equal.Checks {
		equal.Checks[i].MaxScore, equal.Checks[i].Score = 4, 0
	}
	equal.Checks[0].Score, equal.Score = 4, 4
	for name, test := range map[string]struct {
		result *grader.Result
		tests  int
	}{"unequal": {failing(), 1}, "equal": {equal, 3}, "build error": {buildError(), 1}, "infra error": {infraError(), 1}} {
		var d document
		require.NoError(t, json.Unmarshal([]byte(written(t, "classroom", test.result)), &d), name)
		require.Len(t, d.Tests, test.tests, name)
		var sum, passed float64
		for _, one := range d.Tests {
			require.NotNil(t, one.Score, "the reporter makes NaN of it")
			require.NotNil(t, one.LineNo)
			sum += *one.Score
			if one.Status == "pass" {
				passed++
			}
		}
		assert.Equal(t, test.result.Score, sum, name)
		if test.tests > 1 {
			assert.Equal(t, sum, passed/float64(len(d.Tests))*d.MaxScore, name)
		}
	}
}

func TestPlatformsHaveTheirLimits(t *testing.T) {
	r := failing()
	long := strings.Repeat("\x01漢", 1000)
	for range 300 {
		c := r.Checks[1]
		c.Message, c.Help, c.Expected, c.Actual, c.Output = long, long, long, long, strings.Repeat("漢", 600)
		r.Checks = append(r.Checks, c)
	}
	assert.LessOrEqual(t, len(written(t, "prairielearn", r)), prairieLearnBytes)
	var d struct {
		Tests []struct{ Output, Message string }
	}
	require.NoError(t, json.Unmarshal([]byte(written(t, "exercism", r)), &d))
	assert.Equal(t, exercismOutput, utf8.RuneCountInString(d.Tests[5].Output))
}

// Nothing of a submission is markup, and no text ends its fence.
func TestMarkdownIsText(t *testing.T) {
	for _, name := range evilNames {
		text := written(t, "markdown", evil(name))
		fence := ""
		for line := range strings.Lines(text) {
			trimmed := strings.TrimSpace(line)
			switch {
			case fence == "" && strings.HasPrefix(trimmed, "```"):
				fence = strings.TrimSuffix(trimmed, "text")
				continue
			case fence != "" && trimmed == fence:
				fence = ""
			}
			if fence == "" {
				assert.NotRegexp(t, `(^|[^\\])<`, trimmed)
				assert.NotRegexp(t, `[^\\]\]\(`, trimmed)
			}
		}
		assert.Empty(t, fence, "a fence is open at the end of %q", text)
	}
	var columns []int
	for line := range strings.Lines(written(t, "summary", evil("a|b"), evil("c\nd"), evil("`x|y`"))) {
		columns = append(columns, strings.Count(line, "|")-strings.Count(line, `\|`))
	}
	assert.Equal(t, []int{6, 6, 6, 6, 6}, columns)
}

func TestFileNames(t *testing.T) {
	all := append([]string{"Anna", "anna", "ANNA", "x", "x"}, evilNames...)
	seen := make(map[string]bool)
	for i, name := range fileNames(all) {
		assert.LessOrEqual(t, len(name), maxFileName+20)
		assert.NotEmpty(t, name)
		assert.False(t, seen[strings.ToLower(name)], "%q twice", name)
		seen[strings.ToLower(name)] = true
		assert.NotContains(t, name, "/")
		assert.NotContains(t, "=-+@. ", name[:1], "%q of %q", name, all[i])
		assert.True(t, utf8.ValidString(name))
	}
	assert.Equal(t, []string{"José García", "anna-lindqvist"}, fileNames([]string{"José García", "anna-lindqvist"}))
}

func TestWriteFilesIsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	var results []*grader.Result
	for _, name := range evilNames {
		results = append(results, evil(name))
	}
	require.NoError(t, WriteFiles(dir, tool, results, Formats))
	for _, f := range Formats {
		if !f.Each() {
			assert.FileExists(t, filepath.Join(dir, f.File))
			continue
		}
		files, err := os.ReadDir(filepath.Join(dir, f.Folder, "exec-counter"))
		require.NoError(t, err)
		assert.Len(t, files, len(evilNames), f.Name)
	}
	top, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, top, len(Formats), "nothing is left beside them, and nothing is elsewhere")

	// What a killed process left is removed, and nothing else.
	left := []string{".results.json123", "feedback/exec-counter/.anna.md77"}
	stay := []string{".results.json", ".htaccess", "feedback/exec-counter/notes.md"}
	for _, name := range append(left, stay...) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, WriteFiles(dir, tool, results, Formats))
	for _, name := range left {
		assert.NoFileExists(t, filepath.Join(dir, name))
	}
	for _, name := range stay {
		assert.FileExists(t, filepath.Join(dir, name))
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}

	before, err := os.ReadFile(filepath.Join(dir, "results.json"))
	require.NoError(t, err)
	results[len(results)-1].Status = "no status"
	assert.ErrorContains(t, WriteFiles(dir, tool, results, Formats[:1]), "results.json: ")
	after, err := os.ReadFile(filepath.Join(dir, "results.json"))
	require.NoError(t, err)
	assert.Equal(t, before, after)
	top, err = os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, top, len(Formats))
}

func TestUnknownFormat(t *testing.T) {
	_, err := FormatNamed("pdf")
	assert.ErrorContains(t, err, `unknown format "pdf": there are json, csv, `)
}
