package command

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
)

func TestCandidates(t *testing.T) {
	app, err := kong.New(&cli{})
	require.NoError(t, err)
	exercises := []*grader.Exercise{{Slug: "exec-counter"}, {Slug: "exec-table"}, {Slug: "syscall-print"}}
	tests := map[string]struct {
		words []string
		want  []string
	}{
		"a verb":                   {[]string{"ini"}, []string{"init"}},
		"a verb that is hidden":    {[]string{"complete"}, nil},
		"an exercise":              {[]string{"init", "exec-"}, []string{"exec-counter", "exec-table"}},
		"a folder":                 {[]string{"init", "exec-table", ""}, nil},
		"a flag":                   {[]string{"check", "--wa"}, []string{"--watch"}},
		"the value of a flag":      {[]string{"check", "--backend", ""}, []string{"auto", "vm", "local"}},
		"the value of a short one": {[]string{"check", "-e", "sys"}, []string{"syscall-print"}},
		"after a flag without one": {[]string{"check", "--watch", "--ba"}, []string{"--backend"}},
		"after a flag with one":    {[]string{"grade", "--format=json", "--exerci"}, []string{"--exercise"}},
		"a verb of a verb":         {[]string{"kernel", ""}, []string{"list", "add", "headers"}},
		"a shell":                  {[]string{"completion", "b"}, []string{"bash"}},
		"no such verb":             {[]string{"greet", "x"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := candidates(app.Model.Node, exercises, test.words)
			if len(test.want) == 0 {
				assert.Empty(t, got)
				return
			}
			assert.Equal(t, test.want, got)
		})
	}
	assert.Contains(t, candidates(app.Model.Node, exercises, nil), "check")
}
