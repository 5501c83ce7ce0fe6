package grader

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestSupports(t *testing.T) {
	ex := exerciseOf(Check{Run: passes})
	ex.Needs = []testbed.Feature{testbed.FeatureBTF, testbed.FeatureFentry, testbed.FeatureKprobes}

	t.Run("all it needs", func(t *testing.T) {
		tb := &fake{info: testbed.Info{Missing: map[testbed.Feature]string{testbed.FeaturePrintk: "no trace"}}}
		assert.NoError(t, (&Grader{Open: tb.open}).Supports(t.Context(), ex))
		assert.Equal(t, 1, tb.closed)
	})
	t.Run("not all it needs", func(t *testing.T) {
		tb := &fake{info: testbed.Info{Release: "5.4.0", Missing: map[testbed.Feature]string{
			testbed.FeatureKprobes: "no probes",
			testbed.FeatureFentry:  "no trampolines",
		}}}
		err := (&Grader{Open: tb.open}).Supports(t.Context(), ex)
		var unsupported *UnsupportedError
		require.ErrorAs(t, err, &unsupported)
		assert.Equal(t, &UnsupportedError{"5.4.0", []Lack{
			{testbed.FeatureFentry, "no trampolines"},
			{testbed.FeatureKprobes, "no probes"},
		}}, unsupported)
		assert.EqualError(t, err, "not gradable on this kernel (5.4.0), which lacks fentry: no trampolines; kprobes: no probes")
	})
	t.Run("no testbed", func(t *testing.T) {
		err := (&Grader{Open: (&fake{errs: map[string]error{"Open": testbed.ErrNotSupported}}).open}).Supports(t.Context(), ex)
		assert.EqualError(t, err, "open testbed: "+testbed.ErrNotSupported.Error())
	})
}
