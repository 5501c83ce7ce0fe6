// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "prog.h"

char LICENSE[] SEC("license") = "GPL";

/* Your map goes here: values, a HASH of 1024 entries, from a u32 to a struct value. */

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_execve(struct trace_event_raw_sys_enter *ctx)
{
	/* Which process is this? Find its entry, or make one, and bring it up to date. */
	return 0;
}
