#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	bpf_printk("allocated: %llu, now: %llu", rq->start_time_ns, bpf_ktime_get_ns());
	return 0;
}
