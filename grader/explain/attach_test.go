package explain

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bpfgrade/bpfgrade/grader/object"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

func TestAttach(t *testing.T) {
	const (
		noFile = ": no such file or directory"
		token  = `creating perf_kprobe PMU (arch-specific fallback for "f"): token __x64_f: not found` + noFile
		id     = `reading file "/sys/kernel/tracing/events/x/y/id": open /sys/kernel/tracing/events/x/y/id` + noFile
	)
	tests := map[string]struct {
		section, message, diagnosis, help string
	}{
		"no such event":                        {"tracepoint/x/y", id, "unknown-tracepoint", "/sys/kernel/tracing/events"},
		"no such event, tp":                    {"tp/x/y", id, "unknown-tracepoint", "/sys/kernel/tracing/events"},
		"no such event, not loaded by default": {"?tp/x/y", id, "unknown-tracepoint", "/sys/kernel/tracing/events"},
		"an event without its group":           {"tp/y", `"y" does not name a tracepoint as group/name`, "unknown-tracepoint", "with its group"},
		"a name that no event has":             {"tp/x/y z", `invalid tracefs name: "y z"`, "unknown-tracepoint", "/sys/kernel/tracing/events"},
		"no event is named":                    {"tracepoint", `"" does not name a tracepoint as group/name`, "", "as in tracepoint/syscalls/sys_enter_execve"},
		"events that are not there at all":     {"tp/x/y", "neither debugfs nor tracefs are mounted", "", ""},
		"an event that may not be read":        {"tp/x/y", `reading file "/sys/kernel/tracing/events/x/y/id": open /sys/kernel/tracing/events/x/y/id: permission denied`, "", ""},
		"past the fields":                      {"tp/x/y", "cannot create bpf perf link: permission denied", "ctx-too-large", "past the fields"},
		"past the fields, until Linux 5.14":    {"tp/x/y", "setting perf event bpf program: permission denied", "ctx-too-large", "past the fields"},
		"an event that may not be opened":      {"tp/x/y", "opening tracepoint perf event: permission denied", "", ""},
		"a kprobe that is refused":             {"kprobe/f", "cannot create bpf perf link: permission denied", "", ""},
		"no such raw tracepoint":               {"raw_tp/x", "no such file or directory", "unknown-tracepoint", "leave the group out"},
		"no raw tracepoint is named":           {"raw_tp", "no such file or directory", "", "as in raw_tp/sys_enter"},
		"a raw tracepoint with wrong access":   {"raw_tp/x", "invalid argument", "", ""},

		"no such function":                         {"kprobe/f", token, "kprobe-target", "/proc/kallsyms"},
		"no such function, on return":              {"kretprobe/f", token, "kprobe-target", "/proc/kallsyms"},
		"no such function, of many":                {"kprobe.multi/f", "couldn't find one or more symbols: file does not exist", "kprobe-target", "/proc/kallsyms"},
		"a name that no function has":              {"kprobe/f-g", "symbol 'f-g' must be a valid symbol in /proc/kallsyms: invalid input", "kprobe-target", "/proc/kallsyms"},
		"an offset that is none":                   {"kprobe/f+0x1", token, "", ""},
		"no function is named":                     {"kprobe", "symbol name cannot be empty: invalid input", "", "as in kprobe/vfs_read"},
		"functions by a pattern":                   {"kprobe.multi/f*", "couldn't find one or more symbols: file does not exist", "", "in full"},
		"a kind of probe that the kernel has not":  {"kprobe.multi/f", "bpf_link_kprobe_multi not supported (requires >= v5.18)", "", "use a kprobe"},
		"no such system call":                      {"ksyscall/f", token, "kprobe-target", "syscalls(2)"},
		"no such system call, on return":           {"kretsyscall/f", token, "kprobe-target", "syscalls(2)"},
		"no system call is named":                  {"ksyscall", "x", "", "as in ksyscall/execve"},
		"no such function in an executable":        {"uprobe//bin/x:f", "symbol f: not found", "", "nm"},
		"no such executable":                       {"uprobe//bin/x:f", "stat executable: stat /bin/x" + noFile, "", ""},
		"no executable is named":                   {"uprobe", `the section "uprobe" does not say where in which executable`, "", "as in uprobe//bin/bash:readline"},
		"fentry, which is looked for when loading": {"fentry/f", "create tracing link" + noFile, "", ""},
		"a hook that is not known":                 {"xdp", "the grader does not attach programs of this kind", "", "tracepoints, kprobes, fentry"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			e := Attach(&testbed.AttachError{Program: "handle", Section: test.section, Message: test.message}, &object.Object{})
			assert.Equal(t, "The program handle could not be attached to "+test.section+": "+test.message+".", e.Message)
			assert.Equal(t, test.diagnosis, e.Diagnosis)
			if test.help == "" {
				assert.Empty(t, e.Help)
			}
			assert.Contains(t, e.Help, test.help)
			assert.Empty(t, e.Log)
		})
	}
}
