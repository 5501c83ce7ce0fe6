// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u32 i;
	__u64 now = bpf_ktime_get_ns();

	for (i = 0; i < 20000; i++) {
		if (bpf_get_prandom_u32() & 1)
			bpf_map_update_elem(&calls, &i, &now, BPF_ANY);
	}
	return 0;
}
