// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/vfs_raed")
int handle(struct pt_regs *ctx)
{
	bpf_printk("read");
	return 0;
}
