// SPDX-License-Identifier: GPL-2.0
// Anna Lindqvist, exercise 5
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int handle_start(struct pt_regs *ctx)
{
	struct request *rq = (struct request *)PT_REGS_PARM1(ctx);

	bpf_printk("allocated %llu current %llu", rq->start_time_ns, bpf_ktime_get_ns());
	return 0;
}
