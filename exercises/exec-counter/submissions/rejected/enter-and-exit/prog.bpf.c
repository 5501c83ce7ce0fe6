#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

static __always_inline void count(void)
{
	u32 key = 0;
	u64 *value = bpf_map_lookup_elem(&counter, &key);

	if (value) {
		*value += 1;
		bpf_printk("execve called %llu times", *value);
	}
}

SEC("tracepoint/syscalls/sys_enter_execve")
int before(struct trace_event_raw_sys_enter *ctx)
{
	count();
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_execve")
int after(struct trace_event_raw_sys_exit *ctx)
{
	count();
	return 0;
}
