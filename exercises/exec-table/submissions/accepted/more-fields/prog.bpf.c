#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "prog.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, pid_t);
	__type(value, struct value);
} values SEC(".maps");

static __always_inline struct value *get(pid_t pid, u64 now)
{
	struct value *v = bpf_map_lookup_elem(&values, &pid);
	struct value fresh;

	if (v)
		return v;
	__builtin_memset(&fresh, 0, sizeof(fresh));
	fresh.first_ns = now;
	fresh.uid = bpf_get_current_uid_gid();
	bpf_map_update_elem(&values, &pid, &fresh, BPF_ANY);
	return bpf_map_lookup_elem(&values, &pid);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs *regs, long nr)
{
	u64 now = bpf_ktime_get_ns();
	struct value *v;

	if (nr != 59)
		return 0;
	v = get(bpf_get_current_pid_tgid() >> 32, now);
	if (!v)
		return 0;
	v->count += 1;
	v->last_ns = now;
	v->last_cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(&v->comm, sizeof(v->comm));
	return 0;
}
