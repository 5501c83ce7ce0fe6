#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_mkdirat")
int handle_mkdirat(struct trace_event_raw_sys_enter *ctx)
{
	u32 pid = bpf_get_current_pid_tgid();

	bpf_printk("mkdir by %u", pid);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_mkdir")
int handle_mkdir(struct trace_event_raw_sys_enter *ctx)
{
	u32 pid = bpf_get_current_pid_tgid();

	bpf_printk("mkdir by %u", pid);
	return 0;
}
