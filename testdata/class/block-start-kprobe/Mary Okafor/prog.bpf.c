#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct times
{
    u64 alloc;
    u64 now;
};

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(blk_mq_start_request_probe, struct request *rq)
{
    struct times t = {};

    t.now = bpf_ktime_get_ns();
    BPF_CORE_READ_INTO(&t.alloc, rq, start_time_ns);

    bpf_printk("rq alloc time: %lld, time now: %lld\n", t.alloc, t.now);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
