#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	u64 now = bpf_ktime_get_ns();

	bpf_printk("%llu (request allocated at %llu)", now, rq->start_time_ns);
	return 0;
}
