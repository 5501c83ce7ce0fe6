package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/proof"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// record makes a record of rows: for each case a word for each repetition, with
// a letter for each check, or a status.
func record(checks int, cases []proof.Case, rows ...[]string) *proof.Record {
	ex := &grader.Exercise{Slug: "exec-counter"}
	for i := range checks {
		ex.Checks = append(ex.Checks, grader.Check{Name: fmt.Sprintf("counts kind %d", i+1), Points: float64(1 + i%2)})
	}
	statuses := map[rune]grader.Status{
		'P': grader.StatusPass, 'F': grader.StatusFail, 'S': grader.StatusSkip, 'E': grader.StatusError,
	}
	r := &proof.Record{Exercise: ex, Kernel: "6.12.117", Cases: cases}
	for _, row := range rows {
		var results []*grader.Result
		for n, word := range row {
			result := &grader.Result{Status: grader.Status(word), MaxScore: ex.MaxScore(), Seed: uint64(n), Message: "The count is wrong."}
			if len(word) == checks {
				result.Status = grader.StatusPass
				for i, letter := range word {
					c := grader.CheckResult{Name: ex.Checks[i].Name, Status: statuses[letter], MaxScore: ex.Checks[i].Points}
					if c.Status == grader.StatusPass {
						c.Score = c.MaxScore
					} else {
						result.Status = grader.StatusFail
					}
					result.Score += c.Score
					result.Checks = append(result.Checks, c)
				}
			}
			results = append(results, result)
		}
		r.Results = append(r.Results, results)
	}
	return r
}

func accepted(name string) proof.Case {
	return proof.Case{Kind: proof.Accepted, Name: name, Want: proof.Outcome{Status: grader.StatusPass}}
}

func fails(name, check string) proof.Case {
	return proof.Reject(name, "", proof.Outcome{Status: grader.StatusFail, Check: check})
}

func TestProof(t *testing.T) {
	small := record(3,
		[]proof.Case{
			{Kind: proof.Starter},
			accepted("tracepoint"),
			fails("no-map", "counts kind 1"),
			fails("silent", "counts kind 2"),
			fails("twice-silent", "counts kind 2"),
			proof.Reject("unchecked", "", proof.Outcome{Status: grader.StatusLoadError}),
			{Kind: proof.Junk, Name: "empty.o"},
		},
		[]string{"FSS", "FSS"}, []string{"PPP", "PPP"}, []string{"FSS", "FSS"}, []string{"PFP", "PFP"},
		[]string{"PFF", "PFF"}, []string{"load_error", "load_error"}, []string{"build_error", "build_error"},
	)
	failing := record(3,
		[]proof.Case{
			{Kind: proof.Starter},
			accepted("tracepoint"),
			accepted("not-graded"),
			fails("no-map", "counts kind 1"),
			fails("sometimes", "counts kind 2"),
		},
		[]string{"PPP", "PPP"}, []string{"PPP", "PFP"}, []string{"PPP", "infra_error"},
		[]string{"FSS", "FSS"}, []string{"PFP", "timeout"},
	)
	long := fails("a-submission-whose-name-says-everything", "counts kind 12")
	wide := record(23, []proof.Case{{Kind: proof.Starter}, long},
		[]string{strings.Repeat("F", 23)}, []string{strings.Repeat("P", 11) + "F" + strings.Repeat("P", 11)})
	lacking := &proof.Record{
		Exercise: small.Exercise, Kernel: "5.10.262",
		Unsupported: &grader.UnsupportedError{Release: "5.10.0", Lacks: []grader.Lack{
			{Feature: testbed.FeatureFentry, Reason: "the verifier has no way to attach to that function"},
			{Feature: testbed.FeatureKprobes, Reason: "no probes"},
		}},
	}

	tests := map[string]struct {
		record  *proof.Record
		options TextOptions
	}{
		"proof.txt":             {small, TextOptions{}},
		"proof_color.txt":       {small, TextOptions{Color: true}},
		"proof_failing.txt":     {failing, TextOptions{}},
		"proof_wide.txt":        {wide, TextOptions{}},
		"proof_unsupported.txt": {lacking, TextOptions{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, Proof(&b, tt.record, tt.options))
			golden(t, name, b.String())
			for line := range strings.Lines(b.String()) {
				if !tt.options.Color {
					assert.LessOrEqual(t, runewidth.StringWidth(strings.TrimRight(line, "\n")), 80)
				}
			}
		})
	}
}
