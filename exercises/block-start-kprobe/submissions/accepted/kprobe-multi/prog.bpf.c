// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe.multi/blk_mq_start_request")
int BPF_KPROBE(request_starts, struct request *req)
{
	u64 allocated = BPF_CORE_READ(req, start_time_ns);
	u64 now = bpf_ktime_get_ns();

	bpf_printk("allocated at %llu, started at %llu", allocated, now);
	return 0;
}
