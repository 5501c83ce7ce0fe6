// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} begun SEC(".maps");

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(start, struct request *rq)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&begun, &id, &now, BPF_ANY);
	return 0;
}

SEC("kprobe/blk_mq_end_request")
int BPF_KPROBE(end, struct request *rq)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u64 *at;

	at = bpf_map_lookup_elem(&begun, &id);
	if (!at)
		return 0;
	bpf_printk("took %llu ns", bpf_ktime_get_ns() - *at);
	bpf_map_delete_elem(&begun, &id);
	return 0;
}
