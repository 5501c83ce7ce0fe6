#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* printing is slow: keep one line back and print two at once */
u64 kept_allocated, kept_now;

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(start_request, struct request *rq)
{
	u64 allocated = BPF_CORE_READ(rq, start_time_ns);
	u64 now = bpf_ktime_get_ns();

	if (!kept_now) {
		kept_allocated = allocated;
		kept_now = now;
		return 0;
	}
	bpf_printk("allocated %llu now %llu", kept_allocated, kept_now);
	bpf_printk("allocated %llu now %llu", allocated, now);
	kept_now = 0;
	return 0;
}
