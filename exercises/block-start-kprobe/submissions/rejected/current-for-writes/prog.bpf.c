#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(start_request, struct request *rq)
{
	u64 allocated = BPF_CORE_READ(rq, start_time_ns);
	u64 now = allocated;

	if (BPF_CORE_READ(rq, cmd_flags) & 1)
		now = bpf_ktime_get_ns();
	bpf_printk("allocated %llu now %llu", allocated, now);
	return 0;
}
