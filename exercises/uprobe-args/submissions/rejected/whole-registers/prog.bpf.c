// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, s64);
} sum SEC(".maps");

SEC("uprobe")
int on_add_pair(struct pt_regs *ctx)
{
	u32 key = 0;
	s64 *total, *calls;

	total = bpf_map_lookup_elem(&sum, &key);
	key = 1;
	calls = bpf_map_lookup_elem(&sum, &key);
	if (!total || !calls)
		return 0;
	*total += PT_REGS_PARM1(ctx) + PT_REGS_PARM2(ctx);
	*calls += 1;
	return 0;
}
