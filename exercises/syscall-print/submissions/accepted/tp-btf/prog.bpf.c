#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs *regs, long id)
{
	struct task_struct *task;

	if (id != 83 && id != 258)
		return 0;
	task = (void *)bpf_get_current_task();
	bpf_printk("mkdir by %d", BPF_CORE_READ(task, group_leader, pid));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
