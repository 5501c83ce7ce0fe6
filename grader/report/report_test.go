package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader"
)

func TestExitCode(t *testing.T) {
	for name, test := range map[string]struct {
		results []*grader.Result
		want    int
	}{
		"none":                       {nil, 0},
		"all pass":                   {[]*grader.Result{passing(), passing()}, 0},
		"one fails":                  {[]*grader.Result{passing(), failing(), passing()}, 1},
		"one cannot be graded":       {[]*grader.Result{passing(), infraError(), passing()}, 3},
		"first fails, then that":     {[]*grader.Result{failing(), infraError()}, 3},
		"first that, then one fails": {[]*grader.Result{infraError(), failing()}, 3},
		"no status":                  {[]*grader.Result{{}}, 1},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, ExitCode(test.results)) })
	}
	for _, status := range statuses {
		want := 1
		switch status {
		case grader.StatusPass:
			want = 0
		case grader.StatusInfraError:
			want = 3
		}
		assert.Equal(t, want, ExitCode([]*grader.Result{ofStatus(status)}), status)
	}
}
