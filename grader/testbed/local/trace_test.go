package local

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestParseTrace(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []testbed.TraceLine
	}{
		{"empty", "", nil},
		{
			"one line",
			"            bash-1234    [001] d..21    12.345678: bpf_trace_printk: execve called 7 times\n",
			[]testbed.TraceLine{{CPU: 1, Task: "bash", PID: 1234, Text: "execve called 7 times"}},
		},
		{
			"newline in the format",
			" bash-1 [000] d..21 1.0: bpf_trace_printk: execve called 7 times\n\n bash-2 [000] d..21 2.0: bpf_trace_printk: next\n",
			[]testbed.TraceLine{{Task: "bash", PID: 1, Text: "execve called 7 times"}, {Task: "bash", PID: 2, Text: "next"}},
		},
		{
			"text over two lines",
			" bash-1 [000] d..21 1.0: bpf_trace_printk: one\ntwo\n",
			[]testbed.TraceLine{{Task: "bash", PID: 1, Text: "one\ntwo"}},
		},
		{
			"names that look like the format",
			"     a-1 [000] b-77      [003] d..21     1.000001: bpf_trace_printk: x: y-1 [000]: z\n kworker/0:1-9-12 [000] ...1. 2.5: bpf_trace_printk: \n",
			[]testbed.TraceLine{{CPU: 3, Task: "a-1 [000] b", PID: 77, Text: "x: y-1 [000]: z"}, {Task: "kworker/0:1-9", PID: 12}},
		},
		{
			"address for a name, thread group",
			" <...>-5 (    7) [000] .... 1.0: 0x00000001: hello\n <...>-5 [000] .... 1.0: 0: again\n",
			[]testbed.TraceLine{{Task: "<...>", PID: 5, Text: "hello"}, {Task: "<...>", PID: 5, Text: "again"}},
		},
		{
			"lost lines",
			"CPU:0 [LOST 12 EVENTS]\n a-1 [000] .... 1.0: bpf_trace_printk: x\nCPU:1 [LOST 3 EVENTS]\n",
			[]testbed.TraceLine{{Task: "a", PID: 1, Text: "x"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, parseTrace([]byte(test.text)).Lines)
		})
	}
}

func TestParseCPUList(t *testing.T) {
	for list, want := range map[string][]int{
		"0":       {0},
		"0-3":     {0, 1, 2, 3},
		"0-1,4,6": {0, 1, 4, 6},
	} {
		got, err := parseCPUList(list)
		assert.NoError(t, err, list)
		assert.Equal(t, want, got, list)
	}
	for _, list := range []string{"", "a", "3-1", "-1", "0-9999999"} {
		_, err := parseCPUList(list)
		assert.Error(t, err, list)
	}
}

// The counts of overwritten lines are taken before the buffer is emptied, which
// sets them to zero. Here, as in tracefs, an empty file "trace" does that: it is
// the file of the counts.
func TestDrainTruncated(t *testing.T) {
	dir := t.TempDir()
	stats := filepath.Join(dir, "per_cpu/cpu0/stats")
	require.NoError(t, os.MkdirAll(filepath.Dir(stats), 0o700))
	require.NoError(t, os.Symlink(stats, filepath.Join(dir, "trace")))
	line := []byte(" bash-1 [000] d..21 1.0: bpf_trace_printk: again\n")
	pipe := filepath.Join(dir, "trace_pipe")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tracing_on"), []byte("1"), 0o600))

	drain := func(tr *tracer, overrun, lines int) *testbed.Trace {
		require.NoError(t, os.WriteFile(stats, fmt.Appendf(nil, "entries: 1\noverrun: %d\ndropped events: 1\n", overrun), 0o600))
		require.NoError(t, os.WriteFile(pipe, bytes.Repeat(line, lines), 0o600))
		require.NoError(t, tr.openFiles())
		trace, err := tr.drain(t.Context())
		require.NoError(t, err)
		on, err := os.ReadFile(filepath.Join(dir, "tracing_on"))
		require.NoError(t, err)
		assert.Equal(t, "1", string(on))
		for _, file := range append(tr.stats, tr.on, tr.pipe) {
			require.NoError(t, file.Close())
		}
		tr.stats = nil
		return trace
	}
	tr := &tracer{dir: dir, lost: 5}
	trace := drain(tr, 11, testbed.MaxTraceBytes/len(line)+1)
	assert.True(t, trace.Truncated)
	assert.EqualValues(t, 12-5, trace.Lost)

	trace = drain(tr, 2, 1)
	assert.False(t, trace.Truncated)
	assert.EqualValues(t, 3, trace.Lost, "the counts began anew")
	trace = drain(tr, 2, 1)
	assert.Zero(t, trace.Lost)
}
