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
} started SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

SEC("kprobe/vfs_read")
int BPF_KPROBE(enter)
{
	__u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &id, &now, BPF_ANY);
	return 0;
}

SEC("kretprobe/vfs_read")
int BPF_KRETPROBE(leave, long ret)
{
	__u64 id = bpf_get_current_pid_tgid(), *begin, *slot, took;
	__u32 n = 0;

	begin = bpf_map_lookup_elem(&started, &id);
	if (!begin)
		return 0;
	took = bpf_ktime_get_ns() - *begin;
	bpf_map_delete_elem(&started, &id);
	while (took > 1 && n < 63) {
		took >>= 1;
		n++;
	}
	slot = bpf_map_lookup_elem(&slots, &n);
	if (slot)
		__sync_fetch_and_add(slot, 1);
	return 0;
}
