#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	u64 allocated = rq->start_time_ns;

	bpf_printk("allocated: %llu, waited: %llu", allocated, bpf_ktime_get_ns() - allocated);
	return 0;
}
