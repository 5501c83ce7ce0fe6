// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_exceve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	bpf_printk("execve");
	return 0;
}
