package explain

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPrinted(t *testing.T) {
	for text, want := range map[string][2]string{
		"":                     {},
		"cannot load: EPERM\n": {},
		"attached\nlibbpf: page count should be power of two, but is 3\n": {
			"page-count",
			"perf_buffer__new takes the number of pages of each buffer, which must be a power of two, and it is 3: give it 8, and look whether it returns NULL.",
		},
		"libbpf: map 'counter': unexpected value size 4 provided, expected 8\n": {
			"user-value-size",
			"libbpf refused to write to the map: the value that you gave has 4 bytes, and those of the map have 8.",
		},
		"libbpf: couldn't reuse pinned map at '/sys/fs/bpf/counter': parameter mismatch\n": {
			"pinned-leftover",
			"A map of another shape is pinned at /sys/fs/bpf/counter from an earlier run: remove that file, or leave the pinning out.",
		},
		"libbpf: permission error while running as root; try raising 'ulimit -l'? current value: 64.0 KiB\n":                                                                                                                             {"memlock-red-herring", memlock},
		"libbpf: Error in bpf_object__probe_loading():Operation not permitted(1). Couldn't load trivial BPF program. Make sure your kernel supports BPF (CONFIG_BPF_SYSCALL=y) and/or that RLIMIT_MEMLOCK is set to big enough value.\n": {"memlock-red-herring", memlock},
		"libbpf: Error in bpf_object__probe_loading():Invalid argument(22). Couldn't load trivial BPF program.\n":                                                                                                                        {},
	} {
		id, help := Printed(text)
		assert.Equal(t, want, [2]string{id, help}, text)
	}
}

func TestAsRoot(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"cannot attach: EPERM\n":           "",
		"rooted at 5\n":                    "",
		"must be run as root\n":            "do not ask who runs it",
		"Please use sudo.\n":               "do not ask who runs it",
		"trace_pipe: No such file\n":       "sudo cat",
		"/sys/kernel/tracing/trace_pipe: ": "sudo cat",
	} {
		help := AsRoot(text)
		assert.Contains(t, help, want, text)
		assert.Equal(t, want == "", help == "", text)
	}
}
