#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define fmt_line "Request allocated at: %llu ns (current: %llu ns)"

static int print_request(struct request *rq)
{
	return bpf_printk(fmt_line, rq->start_time_ns, bpf_ktime_get_ns());
}

SEC("fentry/blk_mq_start_request")
int BPF_PROG(blk_mq_start, struct request *rq)
{
	print_request(rq);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
