package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

const tool = "bpfgrade 1.2.3"

// schema is the published schema, compiled.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("schema.json", doc))
	compiled, err := compiler.Compile("schema.json")
	require.NoError(t, err)
	return compiled
}

// emit writes results as JSON, which must be as the schema says.
func emit(t *testing.T, results ...*grader.Result) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, JSON(&b, tool, results))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.NoError(t, schema(t).Validate(doc), b.String())
	return b.String()
}

// ofStatus has the status, and checks where a submission of that status can
// have them.
func ofStatus(status grader.Status) *grader.Result {
	r := failing()
	r.Status = status
	switch status {
	case grader.StatusPass:
		return passing()
	case grader.StatusInfraError:
		return infraError()
	case grader.StatusFail:
	case grader.StatusCrash, grader.StatusTimeout:
		r = crash()
		r.Status = status
	default:
		r = buildError()
		r.Status = status
	}
	return r
}

func TestEveryDocumentIsAsTheSchemaSays(t *testing.T) {
	emit(t)
	for _, status := range statuses {
		t.Run(string(status), func(t *testing.T) { emit(t, ofStatus(status)) })
	}
	for _, status := range checkStatuses {
		t.Run("check/"+string(status), func(t *testing.T) {
			r := failing()
			r.Checks[0].Status = status
			emit(t, r)
		})
	}
	t.Run("a class", func(t *testing.T) { emit(t, classOf()...) })
	t.Run("hostile", func(t *testing.T) {
		r := hostileResult()
		r.Backend = "local"
		emit(t, r, hostileBytes())
	})
}

// hostileBytes has every byte in its output, as much as there may be.
func hostileBytes() *grader.Result {
	r := failing()
	var all []byte
	for i := range grader.MaxOutput {
		all = append(all, byte(i))
	}
	r.Submission, r.Log, r.Checks[1].Output = string(all), string(all), string(all)
	return r
}

// The schema refuses what JSON does not write; else it would prove nothing.
func TestSchemaRefuses(t *testing.T) {
	sound := emit(t, failing())
	for name, test := range map[string]struct{ old, new string }{
		"another version":        {`"version": 1`, `"version": 2`},
		"a tool without version": {`"bpfgrade 1.2.3"`, `"bpfgrade"`},
		"an unknown status":      {`"status": "fail"`, `"status": "failed"`},
		"a check's status":       {`"status": "skip"`, `"status": "timeout"`},
		"a negative score":       {`"score": 2.5`, `"score": -1`},
		"a score in words":       {`"score": 2.5`, `"score": "2.5"`},
		"no score":               {`"score": 2.5,`, ``},
		"a score without grade":  {`"status": "fail"`, `"status": "infra_error"`},
		"no points":              {`"max_score": 12`, `"max_score": 0`},
		"an unknown field":       {`"seed": 7`, `"seed": 7, "grade": 1`},
		"an unknown backend":     {`"backend": "vm"`, `"backend": "cloud"`},
		"no name":                {`"submission": "bob"`, `"submission": ""`},
		"half a millisecond":     {`"duration_ms": 1234`, `"duration_ms": 0.5`},
		"too much output":        {`"execve called 1 times\n`, `"` + strings.Repeat("x", 501)},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, sound, test.old)
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(sound, test.old, test.new, 1)))
			require.NoError(t, err)
			assert.Error(t, schema(t).Validate(doc))
		})
	}
}

func TestJSONOfOne(t *testing.T) {
	golden(t, "fail.json", emit(t, failing()))
	golden(t, "class.json", emit(t, buildError(), infraError(), passing()))
}

func TestUnknownStatusesAreRefused(t *testing.T) {
	for name, change := range map[string]func(*grader.Result){
		"none":               func(r *grader.Result) { r.Status = "" },
		"unknown":            func(r *grader.Result) { r.Status = "passed" },
		"a check's":          func(r *grader.Result) { r.Status = grader.StatusSkip },
		"none of a check":    func(r *grader.Result) { r.Checks[1].Status = "" },
		"a submission's":     func(r *grader.Result) { r.Checks[1].Status = grader.StatusTimeout },
		"unknown of a check": func(r *grader.Result) { r.Checks[1].Status = "PASS" },
	} {
		t.Run(name, func(t *testing.T) {
			r := failing()
			change(r)
			var b bytes.Buffer
			err := JSON(&b, tool, []*grader.Result{passing(), r})
			assert.ErrorContains(t, err, `write report: submission "bob": `)
			assert.ErrorContains(t, err, "unknown status")
			assert.Empty(t, b.String())
		})
	}
}

func TestScoresThatAreNoNumbersAreRefused(t *testing.T) {
	for _, score := range []float64{math.NaN(), math.Inf(1)} {
		r := failing()
		r.Score = score
		var b bytes.Buffer
		assert.Error(t, JSON(&b, tool, []*grader.Result{r}))
		assert.Empty(t, b.String())
	}
}

// A platform that adds up what it finds must find nothing where there is no
// score.
func TestResultWithoutAScore(t *testing.T) {
	var doc struct {
		Results []map[string]any `json:"results"`
	}
	require.NoError(t, json.Unmarshal([]byte(emit(t, infraError(), crash())), &doc))
	assert.NotContains(t, doc.Results[0], "score")
	assert.Equal(t, 0.0, doc.Results[1]["score"])
}

func TestNumbersReadWell(t *testing.T) {
	for score, want := range map[float64]string{
		6:       `"score": 6,`,
		2.5:     `"score": 2.5,`,
		0:       `"score": 0,`,
		3.33:    `"score": 3.33,`,
		0.3:     `"score": 0.3,`,
		1000000: `"score": 1000000,`,
	} {
		r := failing()
		r.Score = score
		assert.Contains(t, emit(t, r), want)
		assert.Contains(t, render(t, TextOptions{}, r), "  "+strings.TrimSuffix(strings.TrimPrefix(want, `"score": `), ",")+"/12  ")
	}
	r := failing()
	r.Seed = math.MaxUint64
	assert.Contains(t, emit(t, r), `"seed": 18446744073709551615,`)
}

func TestTextStaysAsItIs(t *testing.T) {
	r := failing()
	r.Message = `if (a < b && c > d) "é漢🐝\n"`
	out := emit(t, r)
	assert.Contains(t, out, `if (a < b && c > d) \"é漢🐝\\n\"`, "nothing is escaped for HTML")
}

func TestInvalidTextBecomesValid(t *testing.T) {
	out := emit(t, hostileBytes(), hostileLocal())
	assert.True(t, utf8.ValidString(out))
	for _, c := range out {
		assert.True(t, c >= ' ' || c == '\n', "%U", c)
	}
}

func hostileLocal() *grader.Result {
	r := hostileResult()
	r.Backend = "local"
	return r
}

func TestJSONThatCannotBeWritten(t *testing.T) {
	assert.ErrorIs(t, JSON(unwritable{}, tool, nil), errFull)
}

func TestReadJSONReturnsWhatWasWritten(t *testing.T) {
	want := classOf()[:12] // without the one that is no valid UTF-8
	want[0].Seed = math.MaxUint64
	out := emit(t, want...)
	name, got, err := ReadJSON(strings.NewReader(out))
	require.NoError(t, err)
	assert.Equal(t, tool, name)
	assert.Empty(t, cmp.Diff(want, got))

	_, got, err = ReadJSON(strings.NewReader(emit(t)))
	require.NoError(t, err)
	assert.Empty(t, got)

	r := passing()
	r.Duration = 1500 * time.Microsecond
	_, got, err = ReadJSON(strings.NewReader(emit(t, r)))
	require.NoError(t, err)
	assert.Equal(t, time.Millisecond, got[0].Duration)
}

func TestReadJSONRefuses(t *testing.T) {
	sound := emit(t, failing())
	for name, test := range map[string]struct{ old, new, want string }{
		"another version":    {`"version": 1`, `"version": 2`, "version 2, not 1"},
		"an unknown field":   {`"seed": 7`, `"seed": 7, "grade": 1`, "grade"},
		"an unknown status":  {`"status": "fail"`, `"status": "failed"`, `unknown status "failed"`},
		"a check's status":   {`"status": "skip"`, `"status": "crash"`, `check "ignores execveat": unknown status "crash"`},
		"a missing score":    {`"score": 2.5,`, ``, `submission "bob": a score is missing`},
		"a score too many":   {`"status": "fail"`, `"status": "infra_error"`, `submission "bob": a score is missing, or one too many`},
		"no result":          {sound, `{"version": 1, "tool": "a b", "results": [null]}`, `unknown status ""`},
		"a second document":  {sound, sound + sound, "something follows the document"},
		"text behind":        {sound, sound + "x", "something follows the document"},
		"half a document":    {sound, sound[:len(sound)/2], "unexpected EOF"},
		"nothing":            {sound, "", "EOF"},
		"something else":     {sound, "[]", "cannot unmarshal"},
		"a score in letters": {`"score": 2.5`, `"score": "2.5"`, "cannot unmarshal"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, sound, test.old)
			_, results, err := ReadJSON(strings.NewReader(strings.Replace(sound, test.old, test.new, 1)))
			assert.ErrorContains(t, err, "read report: ")
			assert.ErrorContains(t, err, test.want)
			assert.Nil(t, results)
		})
	}
}

func TestOriginAndHiddenChecksAreKept(t *testing.T) {
	hash := strings.Repeat("0123456789abcdef", 4)
	r := withHidden()
	r.Origin = grader.Origin{
		Path: "/home/bob", Tool: tool, ToolHash: hash, ExerciseHash: hash, SubmissionHash: hash, KernelHash: hash,
	}
	_, got, err := ReadJSON(strings.NewReader(emit(t, r)))
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff([]*grader.Result{r}, got))

	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(emit(t, r), hash, "123", 1)))
	require.NoError(t, err)
	assert.Error(t, schema(t).Validate(doc), "a hash is one")
}
