#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "prog.h"

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

SEC("tp/syscalls/sys_enter_execve")
int handle_execve(struct trace_event_raw_sys_enter *ctx)
{
	u32 key = 0;
	u64 *p = bpf_map_lookup_elem(&counter, &key);
	struct exec_event ev = {};
	long err;

	if (!p)
		return 0;

	*p = *p + 1;
	ev.count_value = *p;

	err = bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &ev, sizeof(ev));
	bpf_printk("sent %llu, result %ld", ev.count_value, err);
	return 0;
}
