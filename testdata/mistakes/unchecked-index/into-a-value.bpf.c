// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct slots {
	__u64 of[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slots);
} table SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u32 key = 0, cpu = bpf_get_prandom_u32();
	struct slots *slots = bpf_map_lookup_elem(&table, &key);

	if (slots)
		__sync_fetch_and_add(&slots->of[cpu], 1);
	return 0;
}
