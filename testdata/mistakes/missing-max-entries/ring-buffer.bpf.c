// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
} ring SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_ringbuf_output(&ring, &now, sizeof(now), 0);
	return 0;
}
