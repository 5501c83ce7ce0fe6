// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(request_starts, struct request *req)
{
	int allocated = req->start_time_ns;

	bpf_printk("allocated at %d, started at %llu", allocated, bpf_ktime_get_ns());
	return 0;
}
