package grader

import (
	"io/fs"
	"math"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Exercise)
		want   string
	}{
		"sound":                    {func(*Exercise) {}, ""},
		"sound with prerequisites": {func(ex *Exercise) { ex.Checks[1].After = []string{"a"} }, ""},
		"sound with hundredths":    {func(ex *Exercise) { ex.Checks[0].Points = 0.01; ex.Checks[1].Points = 3.33 }, ""},
		"sound with digits":        {func(ex *Exercise) { ex.Slug = "9-lives-2" }, ""},

		"no slug":               {func(ex *Exercise) { ex.Slug = "" }, `slug "" is not of the form a-b-c`},
		"slug in capitals":      {func(ex *Exercise) { ex.Slug = "Exec" }, `slug "Exec" is not`},
		"slug with a path":      {func(ex *Exercise) { ex.Slug = "../exec" }, `slug "../exec" is not`},
		"slug with a newline":   {func(ex *Exercise) { ex.Slug = "exec\n" }, `slug "exec\n" is not`},
		"slug with two hyphens": {func(ex *Exercise) { ex.Slug = "a--b" }, `slug "a--b" is not`},
		"no title":              {func(ex *Exercise) { ex.Title = "" }, "no title"},
		"no files":              {func(ex *Exercise) { ex.Files = nil }, "no files"},
		"no statement":          {func(ex *Exercise) { ex.Files = fstest.MapFS{"starter/a": {}} }, "README.md"},
		"a statement in a folder": {
			func(ex *Exercise) { ex.Files = fstest.MapFS{"README.md/a": {}, "starter/a": {}} }, "README.md is a folder",
		},
		"no starter":          {func(ex *Exercise) { ex.Files = fstest.MapFS{"README.md": {}} }, "starter"},
		"a starter in a file": {func(ex *Exercise) { ex.Files = fstest.MapFS{"README.md": {}, "starter": {}} }, "starter is not a folder"},

		"no checks":              {func(ex *Exercise) { ex.Checks = nil }, "no checks"},
		"a check without a name": {func(ex *Exercise) { ex.Checks[1].Name = "" }, "a check without a name"},
		"a check twice":          {func(ex *Exercise) { ex.Checks[1].Name = "a" }, `check "a": defined twice`},
		"a check without a run":  {func(ex *Exercise) { ex.Checks[1].Run = nil }, `check "b": nothing to run`},
		"no points":              {func(ex *Exercise) { ex.Checks[1].Points = 0 }, `check "b": 0 points`},
		"negative points":        {func(ex *Exercise) { ex.Checks[1].Points = -1 }, `check "b": -1 points`},
		"a thousandth":           {func(ex *Exercise) { ex.Checks[1].Points = 0.001 }, `check "b": 0.001 points`},
		"a third":                {func(ex *Exercise) { ex.Checks[1].Points = 1.0 / 3 }, `check "b": 0.3333333333333333 points`},
		"too many points":        {func(ex *Exercise) { ex.Checks[1].Points = 1001 }, `check "b": 1001 points`},
		"infinitely many points": {func(ex *Exercise) { ex.Checks[1].Points = math.Inf(1) }, `check "b": +Inf points`},
		"points not a number":    {func(ex *Exercise) { ex.Checks[1].Points = math.NaN() }, `check "b": NaN points`},
		"after nothing known":    {func(ex *Exercise) { ex.Checks[1].After = []string{"z"} }, `check "b": comes after "z", which does not come before it`},
		"after a later one":      {func(ex *Exercise) { ex.Checks[0].After = []string{"b"} }, `check "a": comes after "b", which does not come before it`},
		"after itself":           {func(ex *Exercise) { ex.Checks[1].After = []string{"b"} }, `check "b": comes after "b", which does not come before it`},

		"sound with a hidden check": {func(ex *Exercise) { ex.Checks[1].Hidden, ex.Checks[1].After = true, []string{"a"} }, ""},
		"after a hidden one": {
			func(ex *Exercise) { ex.Checks[0].Hidden, ex.Checks[1].After = true, []string{"a"} },
			`check "b": comes after "a", which is hidden`,
		},
		"all hidden": {func(ex *Exercise) { ex.Checks[0].Hidden, ex.Checks[1].Hidden = true, true }, "all checks are hidden"},
	} {
		t.Run(name, func(t *testing.T) {
			ex := exerciseOf(Check{Name: "a", Run: passes}, Check{Name: "b", Run: passes})
			test.change(ex)
			err := Validate(ex)
			if test.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, "exercise "+ex.Slug+": ")
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestValidateNamesAllThatIsWrong(t *testing.T) {
	first, second, third := exerciseOf(Check{Run: passes}), exerciseOf(Check{Run: passes}), exerciseOf(Check{Run: passes})
	second.Title = ""
	third.Slug, third.Files = "other", fstest.MapFS{}
	err := Validate(first, second, third)
	assert.ErrorContains(t, err, "exercise test-exercise: defined twice")
	assert.ErrorContains(t, err, "exercise test-exercise: no title")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.NoError(t, Validate())
}

func TestHashOfAnExercise(t *testing.T) {
	make := func() *Exercise { return exerciseOf(Check{Name: "a", Run: passes}, Check{Name: "b", Run: passes}) }
	same, err := make().Hash()
	require.NoError(t, err)
	again, err := make().Hash()
	require.NoError(t, err)
	assert.Equal(t, same, again)
	assert.Len(t, same, 64)
	for name, change := range map[string]func(*Exercise){
		"statement":    func(ex *Exercise) { ex.Files.(fstest.MapFS)["README.md"].Data = []byte("# Another\n") },
		"starter":      func(ex *Exercise) { ex.Files.(fstest.MapFS)["starter/more.h"] = &fstest.MapFile{} },
		"points":       func(ex *Exercise) { ex.Checks[0].Points = 2 },
		"hidden":       func(ex *Exercise) { ex.Checks[0].Hidden = true },
		"prerequisite": func(ex *Exercise) { ex.Checks[1].After = []string{"a"} },
	} {
		ex := make()
		change(ex)
		other, err := ex.Hash()
		require.NoError(t, err)
		assert.NotEqual(t, same, other, name)
	}
}

func TestPointsOfHiddenChecks(t *testing.T) {
	ex := exerciseOf(Check{Run: passes, Points: 2}, Check{Run: passes, Points: 0.1, Hidden: true}, Check{Run: passes, Points: 0.2, Hidden: true})
	assert.Equal(t, 0.3, ex.MaxHidden())
	assert.Equal(t, 2.3, ex.MaxScore())
}
