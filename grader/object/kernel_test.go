package object

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearest(t *testing.T) {
	names := &KernelNames{
		Functions:   []string{"vfs_read", "vfs_readv", "blk_mq_start_request", "__x64_sys_execve"},
		Tracepoints: []string{"sched_process_exec", "sys_enter", "sys_exit"},
		Syscalls:    []string{"execve", "execveat", "openat"},
	}
	for section, want := range map[string]string{
		"tracepoint/syscalls/sys_enter_exceve": "syscalls/sys_enter_execve",
		"tp/syscall/sys_enter_execve":          "syscalls/sys_enter_execve",
		"tp/syscalls/sys_enter_execve":         "",
		"tp/syscalls/sys_enter_frobnicate":     "",
		"tp/sched/sched_proces_exec":           "sched/sched_process_exec",
		"tp/x/y":                               "",
		"raw_tp/sys_entry":                     "sys_enter",
		"fentry/vfs_raed":                      "vfs_read",
		"fexit/blk_mq_start_requests":          "blk_mq_start_request",
		"kprobe/":                              "",
		"ksyscall/exceve":                      "execve",
		"uprobe//bin/sh:vfs_raed":              "",
	} {
		assert.Equal(t, want, names.Nearest(ParseHook(section)), section)
	}
}
