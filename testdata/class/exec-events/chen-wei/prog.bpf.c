#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct output {
	u32 tgid;
	u32 uid;
	u64 count_value;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, u32);
	__type(value, u32);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("fentry/__x64_sys_execve")
int BPF_PROG(on_execve, const struct pt_regs *regs)
{
	u32 zero = 0;
	u64 *val = bpf_map_lookup_elem(&counter, &zero);
	struct output out;

	if (!val)
		return 0;

	out.tgid = bpf_get_current_pid_tgid() >> 32;
	out.uid = bpf_get_current_uid_gid();
	out.count_value = *val;
	*val += 1;

	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &out, sizeof(out));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
