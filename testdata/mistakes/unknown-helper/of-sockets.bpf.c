// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/vfs_read")
int handle(struct pt_regs *ctx)
{
	return bpf_get_socket_uid((void *)ctx);
}
