#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct event_data {
	u64 timestamp;
	u64 count_value;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

SEC("tracepoint/raw_syscalls/sys_enter")
int sys_enter(struct trace_event_raw_sys_enter *ctx)
{
	struct event_data data = {};
	u32 key = 0;
	u64 *count;

	if (ctx->id != 59)
		return 0;

	count = bpf_map_lookup_elem(&counter, &key);
	if (!count)
		return 0;

	data.timestamp = bpf_ktime_get_ns();
	data.count_value = ++(*count);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &data, sizeof(data));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
