#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

struct exec_event {
	u64 count_value;
};

SEC("tracepoint/syscalls/sys_enter_execve")
int on_execve(void *ctx)
{
	u64 id = bpf_get_current_pid_tgid();
	struct exec_event event = {};
	u32 key = 0;
	u64 *count;

	/* a process, not one of its threads */
	if (id >> 32 != (u32)id)
		return 0;

	count = bpf_map_lookup_elem(&counter, &key);
	if (!count)
		return 0;
	event.count_value = ++*count;
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}
