#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

u64 now;

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	if (!now)
		now = bpf_ktime_get_ns();

	bpf_printk("allocated: %llu, now: %llu", rq->start_time_ns, now);
	return 0;
}
