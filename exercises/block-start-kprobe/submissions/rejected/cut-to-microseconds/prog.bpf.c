#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(start_request, struct request *rq)
{
	u64 allocated = BPF_CORE_READ(rq, start_time_ns);
	u64 micros = bpf_ktime_get_ns() / 1000;

	bpf_printk("allocated %llu now %llu", allocated, micros * 1000);
	return 0;
}
