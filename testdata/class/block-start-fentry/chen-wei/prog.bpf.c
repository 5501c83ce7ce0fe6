#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("fentry/blk_mq_start_request")
int BPF_PROG(blk_start, struct request *rq)
{
	u64 alloc = rq->alloc_time_ns;

	bpf_printk("alloc: %llu now: %llu", alloc, bpf_ktime_get_ns());
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
