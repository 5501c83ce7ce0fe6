package proof

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader"
)

func TestJudge(t *testing.T) {
	with := func(r *grader.Result, change func(*grader.Result)) *grader.Result {
		change(r)
		return r
	}
	starter := Case{Kind: Starter}
	accepted := Case{Kind: Accepted, Name: "a", Want: Outcome{Status: grader.StatusPass}}
	older := Case{Kind: Accepted, Name: "a", Want: Outcome{Status: grader.StatusLoadError}}
	junk := Case{Kind: Junk, Name: "a.o"}
	counts := Reject("a", "", Outcome{Status: grader.StatusFail, Check: "counts"})
	diagnosed := Reject("a", "", Outcome{Status: grader.StatusFail, Check: "counts", Diagnosis: "off-by-one"})
	refused := Reject("a", "", Outcome{Status: grader.StatusLoadError, Diagnosis: "no-licence"})
	right := Reject("a", "", Outcome{Status: grader.StatusPass})

	tests := map[string]struct {
		c      Case
		result *grader.Result
		want   []string
	}{
		"a starter that fails":       {starter, result("PFF"), nil},
		"a starter that is refused":  {starter, ended(grader.StatusLoadError), nil},
		"a starter that passes":      {starter, result("PPP"), []string{"the starter must build and must not pass, and its status is pass"}},
		"a starter that has errors":  {starter, ended(grader.StatusBuildError), []string{"the starter must build and must not pass, and its status is build_error (No program.)"}},
		"a starter that is not told": {starter, ended(grader.StatusInfraError), []string{"it could not be graded: No program."}},

		"accepted":              {accepted, result("PPP"), nil},
		"accepted that fails":   {accepted, result("PFP"), []string{"it must have full marks, and has 3 of 5: its status is fail (The count is wrong.)"}},
		"accepted that crashes": {accepted, ended(grader.StatusCrash), []string{"it must have full marks, and has 0 of 5: its status is crash (No program.)"}},
		"accepted without points": {accepted, with(result("PPP"), func(r *grader.Result) { r.Score = 4 }),
			[]string{"it must have full marks, and has 4 of 5: its status is pass"}},
		"accepted, not graded": {accepted, ended(grader.StatusInfraError), []string{"it could not be graded: No program."}},

		"refused by an older kernel": {older, ended(grader.StatusLoadError), nil},
		"not refused by it": {older, result("PPP"), []string{
			"its status must be load_error, and is pass",
			"it must lose points, and has 5 of 5",
			"no reason is given to the student",
		}},

		"junk that cannot be opened": {junk, ended(grader.StatusBuildError), nil},
		"junk that cannot be loaded": {junk, ended(grader.StatusLoadError), nil},
		"junk that fails":            {junk, result("FFF"), []string{"it is no submission and must be refused, and its status is fail (The count is wrong.)"}},
		"junk that is not graded":    {junk, ended(grader.StatusInfraError), []string{"it could not be graded: No program."}},
		"junk without a reason": {junk, with(ended(grader.StatusLoadError), func(r *grader.Result) { r.Message = "" }),
			[]string{"no reason is given to the student"}},

		"rejected by its check":   {counts, result("PFP"), nil},
		"rejected and more fails": {counts, result("FFS"), nil},
		"rejected by another check": {counts, result("PPF"),
			[]string{`the check "counts" must fail, and its status is pass`}},
		"rejected and skipped": {counts, result("FSS"),
			[]string{`the check "counts" must fail, and its status is skip`}},
		"rejected with full marks": {counts, result("PPP"), []string{
			"its status must be fail, and is pass",
			"it must lose points, and has 5 of 5",
			"no reason is given to the student",
			`the check "counts" must fail, and its status is pass`,
		}},
		"rejected before its check": {counts, ended(grader.StatusLoadError), []string{
			"its status must be fail, and is load_error (No program.)",
			`the check "counts" must fail, and was not reached`,
		}},
		"rejected, not graded": {counts, ended(grader.StatusInfraError), []string{"it could not be graded: No program."}},

		"the right diagnosis": {diagnosed, with(result("PFP"), func(r *grader.Result) { r.Checks[1].Diagnosis = "off-by-one" }), nil},
		"no diagnosis":        {diagnosed, result("PFP"), []string{`the diagnosis of the check "counts" must be off-by-one, and there is none`}},
		"another diagnosis": {diagnosed, with(result("PFP"), func(r *grader.Result) { r.Checks[1].Diagnosis = "no-op" }),
			[]string{`the diagnosis of the check "counts" must be off-by-one, and is no-op`}},
		"the right refusal": {refused, with(ended(grader.StatusLoadError), func(r *grader.Result) { r.Diagnosis = "no-licence" }), nil},
		"another refusal": {refused, with(ended(grader.StatusLoadError), func(r *grader.Result) { r.Diagnosis = "no-section" }),
			[]string{"the diagnosis must be no-licence, and is no-section"}},

		"right on this kernel":       {right, result("PPP"), nil},
		"not right on this one":      {right, result("PFP"), []string{"it must have full marks, and has 3 of 5: its status is fail (The count is wrong.)"}},
		"right but then not graded ": {right, ended(grader.StatusInfraError), []string{"it could not be graded: No program."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, tt.c.Judge(tt.result)) })
	}
}
