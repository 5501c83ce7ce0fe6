#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct count_event {
	u64 count_value;
	char comm[16];
};

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

/* the record is built here and not on the stack */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct count_event);
} scratch SEC(".maps");

SEC("fentry/__x64_sys_execve")
int BPF_PROG(execve_entry, const struct pt_regs *regs)
{
	u32 key = 0;
	struct count_event *e = bpf_map_lookup_elem(&scratch, &key);
	u64 *count = bpf_map_lookup_elem(&counter, &key);

	if (!e || !count)
		return 0;

	*count = *count + 1;
	e->count_value = *count;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));

	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, e, sizeof(*e));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
