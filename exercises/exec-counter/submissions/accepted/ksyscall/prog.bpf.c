// SPDX-License-Identifier: GPL-2.0 OR MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("ksyscall/execve")
int BPF_KSYSCALL(execve_enter, const char *path)
{
	u32 key = 0;
	u64 *total;

	/* an empty path makes the call fail later, it still counts */
	total = bpf_map_lookup_elem(&counter, &key);
	if (!total)
		return 0;
	++*total;

	bpf_printk("execve called %d times", *total);
	return 0;
}
