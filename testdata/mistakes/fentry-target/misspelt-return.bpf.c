// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/blk_mq_start_requests")
int BPF_PROG(handle, struct request *rq)
{
	bpf_printk("start");
	return 0;
}
