// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Fields that the loader looks for in the kernel's types. */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct disk {
	int minors[4];
	struct {
		int major;
	} number;
};

/* The program's own, and given the attribute by mistake. */
struct message {
	__u64 count;
};

struct item {
	__u64 count;
};

#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct item[2]);
} items SEC(".maps");

SEC("kprobe/vfs_read")
int handle(struct pt_regs *ctx)
{
	struct disk *disk = (void *)PT_REGS_PARM1(ctx);
	struct message message;
	__u32 key = 0;
	struct item *item = bpf_map_lookup_elem(&items, &key);

	message.count = 1;
	bpf_trace_printk((void *)&message, sizeof(message));
	if (item)
		item->count = 2;
	return BPF_CORE_READ(disk, number.major) + BPF_CORE_READ(disk, minors[2]);
}

char LICENSE[] SEC("license") = "GPL";
