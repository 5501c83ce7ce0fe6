// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} failures SEC(".maps");

SEC("fexit/vfs_read")
int BPF_PROG(handle, struct file *file, char *buffer, size_t count, loff_t *pos, long ret)
{
	__u32 key = 0;
	__u64 *failed = bpf_map_lookup_elem(&failures, &key);

	if (failed && ret < 0)
		__sync_fetch_and_add(failed, 1);
	return 0;
}
