#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	u32 zero = 0;
	u64 *val = bpf_map_lookup_elem(&counter, &zero);

	if (!val)
		return 0;
	*val += 1;
	bpf_printk("execve called %llu times", *val);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
