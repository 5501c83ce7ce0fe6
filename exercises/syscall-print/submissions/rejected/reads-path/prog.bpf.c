#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_mkdirat")
int handle_mkdirat(struct trace_event_raw_sys_enter *ctx)
{
	/* is it an empty name? */
	if (*(const char *)ctx->args[1] == 0)
		return 0;
	bpf_printk("mkdir by %d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_mkdir")
int handle_mkdir(struct trace_event_raw_sys_enter *ctx)
{
	/* is it an empty name? */
	if (*(const char *)ctx->args[1] == 0)
		return 0;
	bpf_printk("mkdir by %d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}
