// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/sched_process_exec")
int BPF_PROG(handle, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	bpf_printk("%d was %d", task->tgid, old_pid);
	return 0;
}
