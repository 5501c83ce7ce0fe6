// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct call {
	__u64 count;
	__u64 last_ns;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct call first = {}, *call;

	call = bpf_map_lookup_elem(&calls, &pid);
	if (!call) {
		bpf_map_update_elem(&calls, &pid, &first, BPF_NOEXIST);
		call = bpf_map_lookup_elem(&calls, &pid);
		if (!call)
			return 0;
	}
	__sync_fetch_and_add(&call->count, 1);
	call->last_ns = bpf_ktime_get_ns();
	bpf_get_current_comm(call->comm, sizeof(call->comm));
	return 0;
}
