// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counter SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u32 i, key = 0;
	__u64 sum = 0;

	for (i = 0; i < 10000000; i++)
		sum += bpf_get_prandom_u32();
	bpf_map_update_elem(&counter, &key, &sum, BPF_ANY);
	return 0;
}
