// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/__x64_sys_openat")
int BPF_KPROBE(handle, struct pt_regs *regs)
{
	const char *name = (const char *)PT_REGS_PARM2_CORE_SYSCALL(regs);
	char path[32];
	long copied;

	copied = bpf_probe_read_user_str(path, sizeof(path), name);
	if (copied == 1)
		return 0;
	bpf_probe_read_user(path, sizeof(path), name);
	bpf_printk("openat of %s", path);
	return 0;
}
