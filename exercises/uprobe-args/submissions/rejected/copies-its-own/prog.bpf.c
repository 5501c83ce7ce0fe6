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

s64 own_total;
s64 own_calls;

SEC("uprobe")
int BPF_KPROBE(on_add_pair, int a, int b)
{
	u32 key = 0;
	s64 *total, *calls;

	total = bpf_map_lookup_elem(&sum, &key);
	key = 1;
	calls = bpf_map_lookup_elem(&sum, &key);
	if (!total || !calls)
		return 0;
	own_total += a + b;
	own_calls += 1;
	*total = own_total;
	*calls = own_calls;
	return 0;
}
