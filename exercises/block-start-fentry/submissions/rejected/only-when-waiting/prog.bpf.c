#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define LIMIT_NS 1000000000ULL

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	u64 start = rq->start_time_ns;
	u64 now = bpf_ktime_get_ns();

	/* the fast ones are not interesting */
	if (now - start < LIMIT_NS)
		return 0;

	bpf_printk("allocated: %llu, now: %llu", start, now);
	return 0;
}
