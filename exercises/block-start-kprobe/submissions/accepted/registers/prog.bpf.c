#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("kprobe/blk_mq_start_request")
int start_request(struct pt_regs *ctx)
{
    struct request *rq = (struct request *)PT_REGS_PARM1(ctx);
    u64 start_time;

    bpf_core_read(&start_time, sizeof(start_time), &rq->start_time_ns);
    bpf_printk("%lld %lld\n", start_time, bpf_ktime_get_ns());

    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
