#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int handle_request(struct request *rq)
{
	u64 start_time_ns = BPF_CORE_READ(rq, start_time_ns);

	bpf_printk("allocated: %llu, now: %llu", start_time_ns, bpf_ktime_get_ns());
	return 0;
}
