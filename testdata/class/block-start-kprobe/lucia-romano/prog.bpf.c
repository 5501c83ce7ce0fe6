#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define NSEC_TO_USEC(t) ((t) / 1000)

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(handle_start, struct request *rq)
{
	u64 start = NSEC_TO_USEC(BPF_CORE_READ(rq, start_time_ns));
	u64 now = NSEC_TO_USEC(bpf_ktime_get_ns());

	bpf_printk("request allocated %llu current %llu", start, now);
	return 0;
}
