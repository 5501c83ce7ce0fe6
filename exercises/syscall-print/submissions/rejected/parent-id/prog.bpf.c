#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_mkdirat")
int handle_mkdirat(struct trace_event_raw_sys_enter *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	bpf_printk("mkdir by %d", BPF_CORE_READ(task, real_parent, tgid));
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_mkdir")
int handle_mkdir(struct trace_event_raw_sys_enter *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	bpf_printk("mkdir by %d", BPF_CORE_READ(task, real_parent, tgid));
	return 0;
}
