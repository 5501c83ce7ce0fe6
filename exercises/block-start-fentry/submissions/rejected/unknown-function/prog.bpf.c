#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_request_start")
int BPF_PROG(handle_request, struct request *rq)
{
	bpf_printk("allocated: %llu, now: %llu", rq->start_time_ns, bpf_ktime_get_ns());
	return 0;
}
