// SPDX-License-Identifier: GPL-2.0 OR MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define process_id() ((int)(bpf_get_current_pid_tgid() >> 32))

SEC("ksyscall/mkdir")
int BPF_KSYSCALL(on_mkdir, const char *path)
{
	bpf_printk("mkdir by %d", process_id());
	return 0;
}

SEC("ksyscall/mkdirat")
int BPF_KSYSCALL(on_mkdirat, int dir, const char *path)
{
	bpf_printk("mkdir by %d", process_id());
	return 0;
}
