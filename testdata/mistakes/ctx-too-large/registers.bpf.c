// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct pt_regs *ctx)
{
	bpf_printk("path %lx", ctx->di);
	return 0;
}
