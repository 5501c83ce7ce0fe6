// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(request_starts, struct request *req)
{
	bpf_printk("allocated at %llu, started at %llu", req->start_time_ns, bpf_ktime_get_ns());
	return 0;
}
