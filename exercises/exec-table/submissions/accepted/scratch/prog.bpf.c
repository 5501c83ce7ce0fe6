#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct value {
	u64 count;
	u64 last_ns;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct value);
} values SEC(".maps");

/* a value to build in, so that none has to fit on the stack */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct value);
} scratch SEC(".maps");

SEC("kprobe/__x64_sys_execve")
int probe_execve(struct pt_regs *ctx)
{
	u32 zero = 0, pid = bpf_get_current_pid_tgid() >> 32;
	struct value *new, *old;

	new = bpf_map_lookup_elem(&scratch, &zero);
	if (!new)
		return 0;

	old = bpf_map_lookup_elem(&values, &pid);
	new->count = old ? old->count + 1 : 1;
	new->last_ns = bpf_ktime_get_ns();
	bpf_get_current_comm(new->comm, sizeof(new->comm));
	bpf_map_update_elem(&values, &pid, new, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
