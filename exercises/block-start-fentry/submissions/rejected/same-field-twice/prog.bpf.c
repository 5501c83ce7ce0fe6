#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	u64 start = rq->start_time_ns;
	u64 now = rq->start_time_ns;

	bpf_printk("start: %llu, now: %llu", start, now);
	return 0;
}
