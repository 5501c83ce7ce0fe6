#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(start_request, struct request *rq)
{
	u64 allocated = BPF_CORE_READ(rq, start_time_ns);

	/* time since boot, that is what the first number is too */
	bpf_printk("allocated %llu now %llu", allocated, bpf_ktime_get_boot_ns());
	return 0;
}
