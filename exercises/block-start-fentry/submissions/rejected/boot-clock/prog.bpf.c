#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(start_request, struct request *rq)
{
	bpf_printk("%llu %llu", rq->start_time_ns, bpf_ktime_get_boot_ns());
	return 0;
}
