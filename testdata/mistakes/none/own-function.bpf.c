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

static __noinline int keep(__u32 key, __u64 value)
{
	return bpf_map_update_elem(&calls, &key, &value, BPF_ANY);
}

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	return keep(bpf_get_current_pid_tgid() >> 32, bpf_ktime_get_ns());
}
