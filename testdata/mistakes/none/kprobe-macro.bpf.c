// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, __u64);
} sizes SEC(".maps");

SEC("kprobe/vfs_read")
int BPF_KPROBE(handle, struct file *file, char *buffer, size_t count)
{
	__u64 inode = BPF_CORE_READ(file, f_inode, i_ino), size = count;

	bpf_map_update_elem(&sizes, &inode, &size, BPF_ANY);
	return 0;
}
