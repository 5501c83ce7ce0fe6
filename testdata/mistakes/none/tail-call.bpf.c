// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int next(struct trace_event_raw_sys_enter *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, int(void *));
} programs SEC(".maps") = { .values = { (void *)&next } };

SEC("tracepoint")
int next(struct trace_event_raw_sys_enter *ctx)
{
	bpf_printk("execve %lx", ctx->args[0]);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	bpf_tail_call(ctx, &programs, 0);
	return 0;
}
