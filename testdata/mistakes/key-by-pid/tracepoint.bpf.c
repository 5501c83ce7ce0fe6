// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} begun SEC(".maps");

SEC("tracepoint/block/block_rq_issue")
int issue(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&begun, &pid, &now, BPF_ANY);
	return 0;
}

SEC("tracepoint/block/block_rq_complete")
int complete(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 *at;

	at = bpf_map_lookup_elem(&begun, &pid);
	if (!at)
		return 0;
	bpf_printk("took %llu ns", bpf_ktime_get_ns() - *at);
	bpf_map_delete_elem(&begun, &pid);
	return 0;
}
