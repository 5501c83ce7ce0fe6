package grader

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// TestRecycle gives a testbed back only when nothing of the submission can be
// left on it.
func TestRecycle(t *testing.T) {
	crash := &testbed.CrashError{Reason: "Oops"}
	for name, test := range map[string]struct {
		tb       *fake
		check    func(*T)
		recycled bool
	}{
		"full marks":         {&fake{}, passes, true},
		"not full marks":     {&fake{}, fails, true},
		"refused":            {&fake{errs: map[string]error{"Load": &testbed.LoadError{Message: "no"}}}, passes, true},
		"not attached":       {&fake{errs: map[string]error{"Attach": &testbed.AttachError{Message: "no"}}}, passes, true},
		"refused, not reset": {&fake{errs: map[string]error{"Load": &testbed.LoadError{Message: "no"}, "Reset": errors.New("no")}}, passes, false},
		"something stays":    {&fake{leftovers: []testbed.Leftover{{Kind: "map"}}}, passes, false},
		"a crash":            {&fake{errs: map[string]error{"Lookup": crash}}, looksUp, false},
		"no verdict":         {&fake{}, func(c *T) { c.Infra(errors.New("no")) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			recycled := 0
			g := &Grader{Open: test.tb.open, Recycle: func(context.Context, testbed.Testbed) error { recycled++; return nil }}
			_, err := g.Grade(t.Context(), exerciseOf(Check{Run: test.check}), mapsObject, 1)
			require.NoError(t, err)
			assert.Equal(t, test.recycled, recycled == 1)
			assert.Equal(t, test.recycled, test.tb.closed == 0, "it is closed otherwise")
		})
	}
}

func TestOnlyObserved(t *testing.T) {
	kprobe := object.ParseHook("kprobe/vfs_read")
	for name, test := range map[string]struct {
		s             session
		want, trusted bool
	}{
		"a kprobe":       {session{object: &object.Object{Programs: []object.Program{{Hook: kprobe, Helpers: []string{"bpf_trace_printk"}}}}}, true, true},
		"sends signals":  {session{object: &object.Object{Programs: []object.Program{{Hook: kprobe, Helpers: []string{"bpf_send_signal"}}}}}, false, false},
		"another hook":   {session{object: &object.Object{Programs: []object.Program{{Hook: kprobe}, {Hook: object.ParseHook("xdp")}}}}, false, false},
		"has a program":  {session{started: true, object: &object.Object{Programs: []object.Program{{Hook: kprobe}}}}, false, true},
		"has no program": {session{object: &object.Object{}}, true, true},
	} {
		assert.Equal(t, test.want, test.s.onlyObserved(false), name)
		assert.Equal(t, test.trusted, test.s.onlyObserved(true), "%s, trusted", name)
	}
}
