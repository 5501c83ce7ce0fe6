#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

static void count(void)
{
	u32 key = 0;
	u64 *n = bpf_map_lookup_elem(&counter, &key);

	if (!n)
		return;
	(*n)++;
	bpf_printk("execve called %llu times", *n);
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1 << 22);
	__type(key, u32);
	__type(value, u64);
} everything SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int handle_execve(struct trace_event_raw_sys_enter *ctx)
{
	count();
	return 0;
}
