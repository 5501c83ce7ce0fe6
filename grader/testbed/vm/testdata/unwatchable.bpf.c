// SPDX-License-Identifier: Apache-2.0
/* A map whose records user space may not open. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(map_flags, BPF_F_RDONLY);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int send(void *ctx)
{
	__u64 record = 1;

	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &record, sizeof(record));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
