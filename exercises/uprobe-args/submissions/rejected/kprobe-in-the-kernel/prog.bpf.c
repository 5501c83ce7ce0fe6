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

SEC("kprobe/add_pair")
int BPF_KPROBE(on_add_pair, int a, int b)
{
	u32 key = 0;
	s64 *total, *calls;

	total = bpf_map_lookup_elem(&sum, &key);
	key = 1;
	calls = bpf_map_lookup_elem(&sum, &key);
	if (!total || !calls)
		return 0;
	*total += a + b;
	*calls += 1;
	return 0;
}
