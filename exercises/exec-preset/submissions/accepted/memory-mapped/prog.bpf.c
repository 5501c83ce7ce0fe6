// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 512);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("raw_tp/sys_enter")
int on_call(struct bpf_raw_tracepoint_args *args)
{
	u32 first = 0;
	u64 *n;

	if (args->args[1] != 59) /* execve */
		return 0;
	n = bpf_map_lookup_elem(&counter, &first);
	if (n)
		bpf_printk("execve called %llu times", ++*n);
	return 0;
}
