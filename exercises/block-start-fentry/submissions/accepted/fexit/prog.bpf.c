#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("fexit/blk_mq_start_request")
int BPF_PROG(started, struct request *rq)
{
    u64 alloc_time = rq->start_time_ns;
    u64 current_time = bpf_ktime_get_ns();

    bpf_printk("%llu %llu\n", alloc_time, current_time);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
