package grader

import (
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFailEndsTheCheck(t *testing.T) {
	after := false
	r, err := runOn(t, &fake{}, func(t *T) {
		t.Fail(Failure{Expected: "1", Actual: "2", Message: "m", Help: "h", Diagnosis: "d"})
		after = true
	})
	require.NoError(t, err)
	assert.False(t, after)
	assert.Equal(t, CheckResult{
		Status: StatusFail, MaxScore: 4,
		Expected: "1", Actual: "2", Message: "m", Help: "h", Diagnosis: "d", Duration: r.Duration,
	}, r)
}

func TestErrorfGoesOnAndTheFirstReasonCounts(t *testing.T) {
	after := false
	r, err := runOn(t, &fake{}, func(c *T) {
		assert.False(t, c.Failed())
		c.Errorf("%d is wrong", 1)
		assert.True(t, c.Failed())
		after = true
		c.Fail(Failure{Expected: "later", Message: "later", Diagnosis: "later"})
	})
	require.NoError(t, err)
	assert.True(t, after)
	assert.Equal(t, StatusFail, r.Status)
	assert.Equal(t, "1 is wrong", r.Message)
	assert.Empty(t, r.Expected)
	assert.Empty(t, r.Diagnosis)
}

func TestFailureAlwaysHasAMessage(t *testing.T) {
	for name, check := range map[string]func(*T){
		"FailNow": func(t *T) { t.FailNow() },
		"Fail":    func(t *T) { t.Fail(Failure{Expected: "1"}) },
		"Errorf":  func(t *T) { t.Errorf("") },
	} {
		t.Run(name, func(t *testing.T) {
			r, err := runOn(t, &fake{}, check)
			require.NoError(t, err)
			assert.Equal(t, StatusFail, r.Status)
			assert.Equal(t, "The check failed without a reason.", r.Message)
		})
	}
}

func TestInfraEndsTheCheckAndCountsBeforeAFailure(t *testing.T) {
	boom := errors.New("boom")
	after := false
	r, err := runOn(t, &fake{}, func(t *T) {
		t.Infra(nil)
		t.Errorf("wrong")
		t.Infra(boom)
		after = true
	})
	assert.ErrorIs(t, err, boom)
	assert.False(t, after)
	assert.Equal(t, StatusError, r.Status)
	assert.Equal(t, "boom", r.Message)
	assert.Zero(t, r.Score)
}

func TestAward(t *testing.T) {
	for name, test := range map[string]struct {
		parts []float64
		want  float64 // of 4 points
	}{
		"nothing":             {nil, 0},
		"half":                {[]float64{0.5}, 2},
		"a third, down":       {[]float64{1.0 / 3}, 1.33},
		"the last call":       {[]float64{0.75, 0.25}, 1},
		"taken back":          {[]float64{0.75, 0}, 0},
		"less than nothing":   {[]float64{-3}, 0},
		"all":                 {[]float64{1}, 3.99},
		"nearly all":          {[]float64{0.9999999999}, 3.99},
		"more than all":       {[]float64{12.0 / 10}, 3.99},
		"infinitely much":     {[]float64{math.Inf(1)}, 3.99},
		"infinitely little":   {[]float64{math.Inf(-1)}, 0},
		"not a number":        {[]float64{math.NaN()}, 0},
		"then not a number":   {[]float64{0.5, math.NaN()}, 0},
		"a number after that": {[]float64{math.NaN(), 0.5}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			for status, then := range map[Status]func(*T){StatusFail: fails, StatusPass: passes} {
				r, err := runOn(t, &fake{}, func(t *T) {
					for _, part := range test.parts {
						t.Award(part)
					}
					then(t)
				})
				require.NoError(t, err)
				assert.Equal(t, status, r.Status)
				want := test.want
				if status == StatusPass {
					want = 4
				}
				assert.Equal(t, want, r.Score)
			}
		})
	}
}

func TestPartsAreHundredthsAndNeverAll(t *testing.T) {
	for points := 1; points <= 300; points++ {
		for part := 0; part <= 100; part++ {
			whole := hundredths(float64(points) / 100)
			got := partOf(whole, float64(part)/100)
			// In whole numbers, where nothing is rounded.
			want := min(points*part/100, points-1)
			require.Equal(t, hundredths(float64(want)/100), got, "%d %% of %v", part, whole)
		}
	}
}

func TestOutputIsBoundedAndValid(t *testing.T) {
	for name, text := range map[string]string{
		"empty":                  "",
		"as long as may be":      strings.Repeat("x", MaxOutput),
		"longer":                 strings.Repeat("x", MaxOutput+1),
		"wide":                   strings.Repeat("漢", 400),
		"wide, shifted":          "x" + strings.Repeat("漢", 400),
		"wide, shifted again":    "xx" + strings.Repeat("漢", 400),
		"four bytes":             strings.Repeat("🐝", 400),
		"continuation bytes":     strings.Repeat("\x80", 4*MaxOutput),
		"continuation and more":  strings.Repeat("\xbfx", 4*MaxOutput),
		"beginnings alone":       strings.Repeat("\xf0", 4*MaxOutput),
		"a beginning at the end": strings.Repeat("x", MaxOutput-1) + "\xf0",
		"surrogates":             strings.Repeat("\xed\xa0\x80", MaxOutput),
		"zero bytes":             strings.Repeat("\x00", 4*MaxOutput),
		"combining":              strings.Repeat("e\u0301", MaxOutput),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := runOn(t, &fake{}, func(t *T) { t.Output(text) })
			require.NoError(t, err)
			assert.LessOrEqual(t, len(r.Output), MaxOutput)
			assert.True(t, utf8.ValidString(r.Output), "%q", r.Output)
			if len(text) <= MaxOutput && utf8.ValidString(text) {
				assert.Equal(t, text, r.Output)
			}
			if len(text) > MaxOutput && utf8.ValidString(text) {
				assert.True(t, strings.HasSuffix(r.Output, "…"))
				assert.True(t, strings.HasPrefix(text, strings.TrimSuffix(r.Output, "…")))
				assert.Greater(t, len(r.Output), MaxOutput-utf8.UTFMax)
			}
		})
	}
}

func FuzzBounded(f *testing.F) {
	f.Add("x", 500)
	f.Add(strings.Repeat("\x80", 1000), 500)
	f.Fuzz(func(t *testing.T, text string, n int) {
		n = len("…") + n&0xfff
		got := bounded(text, n)
		assert.LessOrEqual(t, len(got), n)
		assert.True(t, utf8.ValidString(got))
	})
}

func TestContextAndTestbedAreThere(t *testing.T) {
	tb := &fake{}
	_, err := runOn(t, tb, func(c *T) {
		assert.Same(t, tb, c.Testbed())
		assert.NoError(t, c.Context().Err())
		c.Helper()
	})
	require.NoError(t, err)
}
