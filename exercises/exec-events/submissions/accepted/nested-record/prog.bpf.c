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
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} events SEC(".maps");

struct header {
	u32 pid;
	u32 uid;
	u64 count_value;
};

struct exec_event {
	char comm[16];
	struct header header;
};

SEC("tp/syscalls/sys_enter_execve")
int handle_execve(void *ctx)
{
	struct exec_event event = {};
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counter, &key);

	if (!count)
		return 0;
	event.header.count_value = ++*count;
	event.header.pid = bpf_get_current_pid_tgid() >> 32;
	event.header.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(event.comm, sizeof(event.comm));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}
