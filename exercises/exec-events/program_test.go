package execevents

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestMissing(t *testing.T) {
	const value = 5<<40 + 0xfedcba98
	call := testbed.ExecStep{Kind: testbed.ExecFailure, CPU: 1, Count: 1}
	for text, help := range map[string]string{
		"CPU 1: 5501834017432":           "on a line with other numbers",
		"execve called 4275878552 times": "lowest bytes",
		"-19088744":                      "lowest bytes",
		"ready\n47768":                   "lowest bytes",
		"152":                            "lowest bytes",
		"5501834017431":                  "the value before",
		"1":                              "%llu",
		"received":                       "%llu",
	} {
		f := missing(nil, call, value, readLines(text))
		assert.Contains(t, f.Help, help, text)
		assert.Empty(t, f.Diagnosis)
	}
}

func TestReported(t *testing.T) {
	warnings := readLines("CPU 1 lost 100\nCPU 1 lost 100\nlost 7\nlost 1 of 9 on 3\n")
	assert.EqualValues(t, 207, reported(warnings, 1))
}

func TestAscending(t *testing.T) {
	for _, test := range []struct {
		values []uint64
		want   bool
	}{
		{nil, true},
		{[]uint64{3, 4, 9}, true},
		{[]uint64{3, 3}, false},
		{[]uint64{3, 2}, false},
	} {
		assert.Equal(t, test.want, ascending(test.values), test.values)
	}
}

func TestQuoted(t *testing.T) {
	assert.Equal(t, "nothing", quoted(nil))
	assert.Equal(t, `"1", "2"`, quoted(readLines("1\n2\n")))
	assert.Equal(t, `"1", "2", "3", "4", "5", and 2 more lines`, quoted(readLines("1\n2\n3\n4\n5\n6\n7\n")))
}
