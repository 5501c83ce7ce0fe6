package local

import (
	"testing"

	"github.com/stretchr/testify/assert"

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
