#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

/* calls by process */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, u64);
} by_pid SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_execve(struct trace_event_raw_sys_enter *ctx)
{
	u32 key = 0, pid = bpf_get_current_pid_tgid() >> 32;
	u64 zero = 0;
	u64 *count, *mine;

	bpf_map_update_elem(&by_pid, &pid, &zero, BPF_NOEXIST);
	mine = bpf_map_lookup_elem(&by_pid, &pid);
	(*mine)++;

	count = bpf_map_lookup_elem(&counter, &key);
	if (!count)
		return 0;
	(*count)++;
	bpf_printk("execve called %llu times", *count);
	return 0;
}
