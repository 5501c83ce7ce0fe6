#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct value {
	u64 count;
	u64 last_ns;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, struct value);
} values SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_execve(struct trace_event_raw_sys_enter *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct value zero = {};
	struct value *v;

	v = bpf_map_lookup_elem(&values, &pid);
	if (!v) {
		bpf_map_update_elem(&values, &pid, &zero, BPF_ANY);
		v = bpf_map_lookup_elem(&values, &pid);
		if (!v)
			return 0;
	}
	v->count++;
	v->last_ns = (u32)bpf_ktime_get_ns();
	bpf_get_current_comm(v->comm, sizeof(v->comm));
	return 0;
}
