// SPDX-License-Identifier: GPL-2.0
// Anna Lindqvist, exercise 1
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_execve(struct trace_event_raw_sys_enter *ctx)
{
	u64 *total;
	u32 index = 0;

	total = bpf_map_lookup_elem(&counter, &index);
	if (!total)
		return 0;

	u64 new_total = *total + 1;
	bpf_map_update_elem(&counter, &index, &new_total, BPF_ANY);
	bpf_printk("execve called %llu times", new_total);
	return 0;
}
