// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct value {
	__u64 flags;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct value);
} calls SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u32 key = bpf_get_current_pid_tgid() >> 32;
	struct value *old = bpf_map_lookup_elem(&calls, &key);
	struct value value;

	value.count = old ? old->count + 1 : 1;
	bpf_map_update_elem(&calls, &key, &value, BPF_ANY);
	return 0;
}
