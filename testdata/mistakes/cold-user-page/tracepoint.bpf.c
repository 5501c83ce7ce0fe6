// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	char path[64] = {};

	bpf_probe_read_user_str(path, sizeof(path), (void *)ctx->args[0]);
	bpf_printk("execve of %s", path);
	return 0;
}
