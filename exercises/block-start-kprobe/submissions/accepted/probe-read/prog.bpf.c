#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(blk_start, struct request *rq)
{
	u64 time = 0;

	if (bpf_probe_read_kernel(&time, sizeof(time), &rq->start_time_ns) < 0)
		return 0;

	const char fmt[] = "block request: alloc=%lu now=%lu";
	bpf_trace_printk(fmt, sizeof(fmt), time, bpf_ktime_get_ns());
	return 0;
}
