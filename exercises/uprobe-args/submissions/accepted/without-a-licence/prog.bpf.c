// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} sum SEC(".maps");

static __noinline int add_to(u32 key, int n)
{
	u64 value, *old = bpf_map_lookup_elem(&sum, &key);

	if (!old)
		return 0;
	value = *old + n;
	bpf_map_update_elem(&sum, &key, &value, BPF_EXIST);
	return 0;
}

SEC("uprobe")
int on_add_pair(struct pt_regs *ctx)
{
	/* Whatever is in the upper halves is cut off after the addition. */
	add_to(0, (int)(PT_REGS_PARM1(ctx) + PT_REGS_PARM2(ctx)));
	add_to(1, 1);
	return 0;
}
