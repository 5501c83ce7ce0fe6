package object

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseHook(t *testing.T) {
	tests := map[string]struct {
		kind   Kind
		target string
		text   string
	}{
		"tracepoint/syscalls/sys_enter_execve": {Tracepoint, "syscalls/sys_enter_execve", "a tracepoint on syscalls/sys_enter_execve"},
		"tp/syscalls/sys_enter_execve":         {Tracepoint, "syscalls/sys_enter_execve", "a tracepoint on syscalls/sys_enter_execve"},
		"tp/sys_enter_execve":                  {Tracepoint, "sys_enter_execve", "a tracepoint on sys_enter_execve"},
		"raw_tp/sys_enter":                     {RawTracepoint, "sys_enter", "a raw_tp on sys_enter"},
		"raw_tracepoint/sys_enter":             {RawTracepoint, "sys_enter", "a raw_tp on sys_enter"},
		"tp_btf/sys_enter":                     {TracepointBTF, "sys_enter", "a tp_btf on sys_enter"},
		"kprobe/vfs_read":                      {Kprobe, "vfs_read", "a kprobe on vfs_read"},
		"kprobe/vfs_read+0x10":                 {Kprobe, "vfs_read+0x10", "a kprobe on vfs_read+0x10"},
		"kretprobe/vfs_read":                   {Kretprobe, "vfs_read", "a kretprobe on vfs_read"},
		"kprobe.multi/vfs_*":                   {KprobeMulti, "vfs_*", "a kprobe.multi on vfs_*"},
		"kretprobe.multi/vfs_*":                {KretprobeMulti, "vfs_*", "a kretprobe.multi on vfs_*"},
		"ksyscall/execve":                      {Ksyscall, "execve", "a ksyscall on execve"},
		"kretsyscall/execve":                   {Kretsyscall, "execve", "a kretsyscall on execve"},
		"fentry/vfs_read":                      {Fentry, "vfs_read", "an fentry on vfs_read"},
		"fentry.s/vfs_read":                    {Fentry, "vfs_read", "an fentry on vfs_read"},
		"fexit/vfs_read":                       {Fexit, "vfs_read", "an fexit on vfs_read"},
		"fexit.s/vfs_read":                     {Fexit, "vfs_read", "an fexit on vfs_read"},
		"uprobe//bin/bash:readline+0x10":       {Uprobe, "/bin/bash:readline+0x10", "a uprobe on /bin/bash:readline+0x10"},
		"uprobe.s/a.out:f":                     {Uprobe, "a.out:f", "a uprobe on a.out:f"},
		"uretprobe/a.out:f":                    {Uretprobe, "a.out:f", "a uretprobe on a.out:f"},
		"uretprobe.s/a.out:f":                  {Uretprobe, "a.out:f", "a uretprobe on a.out:f"},
		// These are not loaded unless a program asks for it.
		"?tp/syscalls/sys_enter_execve": {Tracepoint, "syscalls/sys_enter_execve", "a tracepoint on syscalls/sys_enter_execve"},
		"?kprobe":                       {Kprobe, "", "a kprobe without a target"},
		// These do not say where.
		"kprobe":  {Kprobe, "", "a kprobe without a target"},
		"kprobe/": {Kprobe, "", "a kprobe without a target"},
		"tp":      {Tracepoint, "", "a tracepoint without a target"},
		"uprobe":  {Uprobe, "", "a uprobe without a target"},
		// These are none that a testbed attaches to.
		"":                     {Unknown, "", "in the section "},
		"/":                    {Unknown, "", "in the section /"},
		"?":                    {Unknown, "", "in the section ?"},
		"??kprobe/vfs_read":    {Unknown, "vfs_read", "in the section ??kprobe/vfs_read"},
		"xdp":                  {Unknown, "", "in the section xdp"},
		"kprobe.session/vfs_*": {Unknown, "vfs_*", "in the section kprobe.session/vfs_*"},
		"Kprobe/vfs_read":      {Unknown, "vfs_read", "in the section Kprobe/vfs_read"},
		"kprobes/vfs_read":     {Unknown, "vfs_read", "in the section kprobes/vfs_read"},
		"kprobe vfs_read":      {Unknown, "", "in the section kprobe vfs_read"},
	}
	for section, want := range tests {
		t.Run(section, func(t *testing.T) {
			hook := ParseHook(section)
			assert.Equal(t, Hook{Kind: want.kind, Target: want.target, Section: section}, hook)
			assert.Equal(t, want.text, hook.String())
		})
	}
}

func TestNearestSection(t *testing.T) {
	tests := map[string]string{
		"tracepoints/syscalls/sys_enter_execve": "tracepoint/syscalls/sys_enter_execve",
		"tracpoint/syscalls/sys_enter_execve":   "tracepoint/syscalls/sys_enter_execve",
		"traceponit/syscalls/sys_enter_execve":  "tracepoint/syscalls/sys_enter_execve",
		"kprobes/vfs_read":                      "kprobe/vfs_read",
		"Kprobe/vfs_read":                       "kprobe/vfs_read",
		"kretporbe/vfs_read":                    "kretprobe/vfs_read",
		"rawtp/sys_enter":                       "raw_tp/sys_enter",
		"tpbtf/sys_enter":                       "tp_btf/sys_enter",
		"fenter/vfs_read":                       "fentry/vfs_read",
		"fexist/vfs_read":                       "fexit/vfs_read",
		"sycall/execve":                         "ksyscall/execve",
		"t/syscalls/sys_enter_execve":           "",
		// What is not loaded by itself is misspelt in the same way.
		"?kprobes/vfs_read": "kprobe/vfs_read",
		"?kpro":             "kprobe",
		// Where there is no target none is invented.
		"kprob":  "kprobe",
		"kprob/": "kprobe/",
		// Nothing is near these.
		"":                        "",
		"?":                       "",
		"/vfs_read":               "",
		"mine/vfs_read":           "",
		"socket_of_mine/vfs_read": "",
		"kprobe_on_this_function": "",
		// The library counts its letters with 16 bits.
		strings.Repeat("x", 1<<16) + "kprobe/vfs_read": "",
	}
	for section, want := range tests {
		name := section[:min(len(section), 40)]
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, want, NearestSection(section))
		})
	}
}

func TestAtExit(t *testing.T) {
	for section, want := range map[string]bool{
		"tracepoint/syscalls/sys_exit_execve":  true,
		"tracepoint/syscalls/sys_enter_execve": false,
		"tracepoint/sched/sched_process_exit":  false,
		"raw_tp/sys_exit":                      true,
		"tp_btf/sys_enter":                     false,
		"kprobe/sys_exit":                      false,
		"kretprobe/vfs_read":                   true,
		"kretsyscall/execve":                   true,
		"fexit/vfs_read":                       true,
		"kprobe":                               false,
	} {
		assert.Equal(t, want, ParseHook(section).AtExit(), section)
	}
	exit, enter := Program{Hook: ParseHook("fexit/vfs_read")}, Program{Hook: ParseHook("fentry/vfs_read")}
	assert.False(t, (&Object{}).AtExit())
	assert.True(t, (&Object{Programs: []Program{exit, exit}}).AtExit())
	assert.False(t, (&Object{Programs: []Program{exit, enter}}).AtExit())
}
