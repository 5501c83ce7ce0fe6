// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	char path[64] = {};

	if (bpf_probe_read_user_str(path, sizeof(path), (void *)ctx->args[0]) < 0)
		return 0;
	bpf_printk("execve of %s by %d", path, (int)(bpf_get_current_pid_tgid() >> 32));
	return 0;
}
