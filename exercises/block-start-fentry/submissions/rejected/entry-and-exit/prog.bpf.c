#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(start_entry, struct request *rq)
{
	bpf_printk("enter: %llu, %llu", rq->start_time_ns, bpf_ktime_get_ns());
	return 0;
}

SEC("fexit/blk_mq_start_request")
int BPF_PROG(start_exit, struct request *rq)
{
	bpf_printk("exit: %llu, %llu", rq->start_time_ns, bpf_ktime_get_ns());
	return 0;
}
