#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(handle_request, struct request *rq)
{
	bpf_printk("allocated: %llu", BPF_CORE_READ(rq, start_time_ns));
	bpf_printk("now: %llu", bpf_ktime_get_ns());
	return 0;
}
