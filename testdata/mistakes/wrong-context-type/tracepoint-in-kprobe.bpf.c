// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/vfs_read")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	bpf_printk("read %lu", ctx->args[2]);
	return 0;
}
