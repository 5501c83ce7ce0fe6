// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* Name the arguments of the kernel function after the name of yours. */
SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(handle_start)
{
	/* Read the time of the allocation, take the current time, print both on one line. */
	return 0;
}
