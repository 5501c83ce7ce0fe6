// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Reads a field that struct request does not have. */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct request {
	__u64 start_ns;
} __attribute__((preserve_access_index));

SEC("kprobe/blk_mq_start_request")
int handle(struct pt_regs *ctx)
{
	struct request *rq = (void *)PT_REGS_PARM1(ctx);

	bpf_printk("%llu", BPF_CORE_READ(rq, start_ns));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
