#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define NSEC_PER_SEC 1000000000ULL

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	u64 start = rq->start_time_ns / NSEC_PER_SEC;
	u64 now = bpf_ktime_get_ns() / NSEC_PER_SEC;

	bpf_printk("allocated: %llu s, now: %llu s", start, now);
	return 0;
}
