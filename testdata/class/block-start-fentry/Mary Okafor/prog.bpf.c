#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("fentry/blk_mq_start_request")
int BPF_PROG(blk_mq_start_request_entry, struct request *rq)
{
    u64 alloc = rq->start_time_ns;
    u64 now = bpf_ktime_get_ns();

    bpf_printk("rq alloc time: %lld, time now: %lld\n", alloc, now);
    return 0;
}
