// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Has a structure with the name of one that vmlinux.h declares. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct msg;
#pragma clang attribute pop

struct msg {
	__u64 count_value;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(void *ctx)
{
	struct msg msg = {};

	msg.count_value = bpf_ktime_get_ns();
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &msg, sizeof(msg));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
