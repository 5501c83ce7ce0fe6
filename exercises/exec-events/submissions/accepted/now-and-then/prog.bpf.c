#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "prog.h"

char _license[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, int);
	__type(value, int);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} counter SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int entered(void *ctx)
{
	__u32 first = 0;
	__u64 *count = bpf_map_lookup_elem(&counter, &first);

	if (count) {
		struct exec_event event = { .count_value = ++*count };

		bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	}
	return 0;
}
