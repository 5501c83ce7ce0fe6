#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

#define TYPICAL_WAIT_NS 20000

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(start_request, struct request *rq)
{
	u64 allocated = BPF_CORE_READ(rq, start_time_ns);

	bpf_printk("allocated %llu now %llu", allocated, allocated + TYPICAL_WAIT_NS);
	return 0;
}
