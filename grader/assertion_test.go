package grader

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever testify prints becomes what a student reads.
func TestAssertionsBecomeReasons(t *testing.T) {
	for name, test := range map[string]struct {
		check                     func(*T)
		expected, actual, message string
	}{
		"Equal":                {func(t *T) { assert.Equal(t, 1, 2) }, "1", "2", "Not equal"},
		"Equal, said":          {func(t *T) { assert.Equal(t, 1, 2, "counter[0]") }, "1", "2", "counter[0]"},
		"Equal, formatted":     {func(t *T) { assert.Equal(t, 1, 2, "counter[%d] on CPU %d", 0, 3) }, "1", "2", "counter[0] on CPU 3"},
		"Equalf":               {func(t *T) { assert.Equalf(t, 1, 2, "counter[%d]", 0) }, "1", "2", "counter[0]"},
		"Equal, said in lines": {func(t *T) { assert.Equal(t, 1, 2, "one\ntwo") }, "1", "2", "one two"},
		"Equal, types":         {func(t *T) { assert.Equal(t, 1, uint64(2)) }, "int(1)", "uint64(0x2)", "Not equal"},
		"Equal, strings":       {func(t *T) { assert.Equal(t, "a\tb\n", "") }, `"a\tb\n"`, `""`, "Not equal"},
		"Equal, with a diff": {
			func(t *T) { assert.Equal(t, []string{"expected: x"}, []string{"actual  : y"}, "lines") },
			`[]string{"expected: x"}`, `[]string{"actual  : y"}`, "lines",
		},
		"require.Equal":   {func(t *T) { require.Equal(t, 1, 2, "counter[%d]", 0) }, "1", "2", "counter[0]"},
		"EqualError":      {func(t *T) { assert.EqualError(t, errors.New("b"), "a") }, `"a"`, `"b"`, "Error message not equal"},
		"True":            {func(t *T) { assert.True(t, false) }, "", "", "Should be true"},
		"True, said":      {func(t *T) { assert.True(t, false, "the map %s is there", "m") }, "", "", "the map m is there: Should be true"},
		"Contains":        {func(t *T) { assert.Contains(t, "abc", "x") }, "", "", `"abc" does not contain "x"`},
		"Contains, said":  {func(t *T) { assert.Contains(t, "abc", "x", "line 1") }, "", "", `line 1: "abc" does not contain "x"`},
		"Len":             {func(t *T) { assert.Len(t, []int{1}, 2) }, "", "", `"[1]" should have 2 item(s), but has 1`},
		"Greater":         {func(t *T) { assert.Greater(t, 1, 2) }, "", "", `"1" is not greater than "2"`},
		"NoError":         {func(t *T) { assert.NoError(t, errors.New("a\nb")) }, "", "", "Received unexpected error: a b"},
		"NoError, said":   {func(t *T) { require.NoError(t, errors.New("a"), "look up") }, "", "", "look up: Received unexpected error: a"},
		"Fail":            {func(t *T) { assert.Fail(t, "It is wrong.", "really") }, "", "", "really: It is wrong."},
		"Errorf":          {func(t *T) { t.Errorf("%d\tis wrong\n", 7) }, "", "", "7\tis wrong"},
		"Errorf in lines": {func(t *T) { t.Errorf("a\nb") }, "", "", "a\nb"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := runOn(t, &fake{}, test.check)
			require.NoError(t, err)
			assert.Equal(t, StatusFail, r.Status)
			assert.Equal(t, test.expected, r.Expected)
			assert.Equal(t, test.actual, r.Actual)
			assert.Equal(t, test.message, r.Message)
			assert.NotContains(t, fmt.Sprint(r), "_test.go", "no place in the grader's source")
		})
	}
}

func TestRequireEndsAndAssertGoesOn(t *testing.T) {
	var reached []string
	_, err := runOn(t, &fake{}, func(t *T) {
		assert.Equal(t, 1, 2)
		reached = append(reached, "after assert")
		require.Equal(t, 1, 2)
		reached = append(reached, "after require")
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"after assert"}, reached)
}

// Testify cannot cut its report into lines when one is very long.
func TestVeryLongValues(t *testing.T) {
	r, err := runOn(t, &fake{}, func(t *T) {
		assert.Equal(t, "a", strings.Repeat("\x80漢", 1<<20))
	})
	require.NoError(t, err)
	assert.Equal(t, StatusFail, r.Status)
	assert.NotEmpty(t, r.Message)
	assert.LessOrEqual(t, len(r.Expected)+len(r.Actual)+len(r.Message), 3*maxText)
}

func FuzzFromAssertion(f *testing.F) {
	f.Add("\n\tError Trace:\ta.go:1\n\tError:      \tNot equal: \n\t            \texpected: 1\n\t            \tactual  : 2\n\tMessages:   \tm\n")
	f.Add("\tError:\t")
	f.Fuzz(func(t *testing.T, report string) { fromAssertion(report) })
}
