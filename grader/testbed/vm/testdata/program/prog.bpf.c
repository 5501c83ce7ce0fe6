// SPDX-License-Identifier: Apache-2.0
/* Counts calls of execve and sends the count. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int on_execve(void *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&counter, &zero);

	if (!count)
		return 0;
	__sync_fetch_and_add(count, 1);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, count, sizeof(*count));
	return 0;
}

/* It takes the kernel a while to attach this one. */
SEC("fentry/__x64_sys_mkdir")
int on_mkdir(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
