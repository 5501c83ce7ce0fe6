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

SEC("kretprobe.multi/__x64_sys_execve")
int on_execve(struct pt_regs *ctx)
{
	u32 slot = 0;
	u64 *calls = bpf_map_lookup_elem(&counter, &slot);

	if (calls) {
		*calls += 1;
		bpf_printk("execve called %llu times", *calls);
	}
	return 0;
}
