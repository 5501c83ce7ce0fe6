// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("ksyscall/exceve")
int handle(struct pt_regs *ctx)
{
	bpf_printk("execve");
	return 0;
}
