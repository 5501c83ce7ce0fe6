// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/vfs_read")
int handle(struct pt_regs *ctx)
{
	struct file *file = (struct file *)ctx->di;

	bpf_printk("flags %x", BPF_CORE_READ(file, f_flags));
	return 0;
}
