// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Your map goes here: counter, an ARRAY with a 4-byte key and an 8-byte value. */

/* Runs at the start of every execve, before the kernel knows whether it will succeed. */
SEC("tracepoint/syscalls/sys_enter_execve")
int handle_execve(struct trace_event_raw_sys_enter *ctx)
{
	/* Look up element 0, add one to it, print the new value. */
	return 0;
}
