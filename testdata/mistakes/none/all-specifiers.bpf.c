// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	bpf_printk("%d %u %x", 1, 2, 3);
	bpf_printk("%ld %llu %lx", ctx->args[0], ctx->args[1], ctx->args[2]);
	bpf_printk("100 %% of %s, %08x", "it", 12);
	bpf_printk("%p %i", ctx, -1);
	return 0;
}
