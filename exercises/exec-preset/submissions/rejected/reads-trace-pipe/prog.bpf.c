// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_execve(void *ctx)
{
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counter, &key);

	if (!count)
		return 0;
	(*count)++;
	bpf_printk("execve called %llu times", *count);
	return 0;
}
