package proof

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader"
)

// proved is a record without a failure, of two repetitions.
func proved() *Record {
	fail := func(check string) Outcome { return Outcome{Status: grader.StatusFail, Check: check} }
	r := &Record{Exercise: exercise(), Kernel: "6.1.2"}
	add := func(c Case, checks string) {
		second := result(checks)
		second.Seed = 8
		r.Cases = append(r.Cases, c)
		r.Results = append(r.Results, []*grader.Result{result(checks), second})
	}
	add(Case{Kind: Starter}, "FFS")
	add(Case{Kind: Accepted, Name: "good", Want: Outcome{Status: grader.StatusPass}}, "PPP")
	add(Reject("no-map", "", fail("map")), "FPS")
	add(Reject("nothing", "", fail("counts")), "PFF")
	add(Reject("off-by-one", "", fail("counts")), "PFP")
	add(Reject("right-here", "", Outcome{Status: grader.StatusPass}), "PPP")
	add(Reject("silent", "", fail("counts")), "PFF")
	return r
}

func TestFailures(t *testing.T) {
	const silent = "ex on 6.1.2, accepted/good, repetition 2, seed 8: "
	tests := map[string]struct {
		change func(r *Record)
		want   []string
		infra  bool
	}{
		"none": {change: func(*Record) {}},
		"an exercise that cannot be graded": {change: func(r *Record) {
			r.Unsupported = &grader.UnsupportedError{}
			r.Cases, r.Results = nil, nil
		}},
		"a case that is not as it must be": {
			change: func(r *Record) { r.Cases[1].Kind = Junk },
			want: []string{
				"ex on 6.1.2, junk/good, repetition 1, seed 7: it is no submission and must be refused, and its status is pass",
				"ex on 6.1.2, junk/good, repetition 1, seed 7: it must lose points, and has 5 of 5",
				"ex on 6.1.2, junk/good, repetition 1, seed 7: no reason is given to the student",
				"ex on 6.1.2, junk/good, repetition 2, seed 8: it is no submission and must be refused, and its status is pass",
				"ex on 6.1.2, junk/good, repetition 2, seed 8: it must lose points, and has 5 of 5",
				"ex on 6.1.2, junk/good, repetition 2, seed 8: no reason is given to the student",
			},
		},
		"a status that differs": {
			change: func(r *Record) { r.Results[0][1].Status = grader.StatusAttachError },
			want:   []string{"ex on 6.1.2, starter, repetition 2, seed 8: its status is attach_error, and was fail with the seed 7"},
		},
		"a mark that differs": {
			change: func(r *Record) { r.Results[0][1].Checks[1].Score = 1.5 },
			want:   []string{`ex on 6.1.2, starter, repetition 2, seed 8: the mark of the check "counts" is 1.5 (fail), and was 0 (fail) with the seed 7`},
		},
		"a check that differs": {
			change: func(r *Record) { r.Results[0][1].Checks[2].Status = grader.StatusFail },
			want:   []string{`ex on 6.1.2, starter, repetition 2, seed 8: the mark of the check "prints" is 0 (fail), and was 0 (skip) with the seed 7`},
		},
		"checks that are missing": {
			change: func(r *Record) { r.Results[0][1].Checks = r.Results[0][1].Checks[:2] },
			want:   []string{"ex on 6.1.2, starter, repetition 2, seed 8: it reached 2 checks, and 3 with the seed 7"},
		},
		"a run that could not be graded": {
			change: func(r *Record) {
				r.Results[1][1].Status = grader.StatusInfraError
				r.Results[1][1].Message = "open testbed:\n\tboom"
			},
			want:  []string{silent + "it could not be graded: open testbed: boom"},
			infra: true,
		},
		"a check that nothing fails": {
			change: func(r *Record) { r.Cases, r.Results = r.Cases[:2], r.Results[:2] },
			want: []string{
				`ex on 6.1.2: no rejected submission fails the check "map"`,
				`ex on 6.1.2: no rejected submission fails the check "counts"`,
				`ex on 6.1.2: no rejected submission fails the check "prints"`,
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := proved()
			tt.change(r)
			var got []string
			for _, f := range r.Failures() {
				got = append(got, f.String())
				assert.Equal(t, tt.infra, f.Infra)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestUses(t *testing.T) {
	r := proved()
	uses := r.Uses()
	assert.Equal(t, []string{"no-map"}, uses[0].FailedBy)
	assert.Empty(t, uses[0].Only)
	assert.Equal(t, []string{"no-map"}, uses[0].First)
	assert.False(t, uses[0].Redundant())

	assert.Equal(t, []string{"nothing", "off-by-one", "silent"}, uses[1].FailedBy)
	assert.Equal(t, []string{"off-by-one"}, uses[1].Only)
	assert.Empty(t, uses[1].First)

	assert.Equal(t, []string{"nothing", "silent"}, uses[2].FailedBy)
	assert.True(t, uses[2].Redundant())

	t.Run("in every repetition", func(t *testing.T) {
		r.Results[4][1] = result("PPP")
		assert.NotContains(t, r.Uses()[1].FailedBy, "off-by-one")
	})
	t.Run("only with a score", func(t *testing.T) {
		r.Results[2][1].Status = grader.StatusCrash
		assert.Empty(t, r.Uses()[0].FailedBy)
	})
}

func TestCounts(t *testing.T) {
	r := proved()
	assert.Equal(t, 14, r.Runs())
	assert.Equal(t, 5, r.Count(Rejected))
	assert.Equal(t, 1, r.Count(Accepted))
}
