// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/vfs_read")
int BPF_PROG(handle, struct file *file, char *buffer, size_t count)
{
	bpf_printk("read %lu, flags %x", count, file->f_flags);
	return 0;
}
