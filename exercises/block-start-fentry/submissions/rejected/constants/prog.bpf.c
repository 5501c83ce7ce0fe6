#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	u64 start = 123456789, now = 123456999;

	bpf_printk("allocated: %llu, now: %llu", start, now);
	return 0;
}
