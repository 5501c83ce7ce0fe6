// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* A map, and a program whose section was forgotten. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counter SEC(".maps");

int handle(void *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&counter, &key);
}

char LICENSE[] SEC("license") = "GPL";
