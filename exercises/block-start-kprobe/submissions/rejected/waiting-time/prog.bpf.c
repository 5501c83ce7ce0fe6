#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(handle_request, struct request *rq)
{
	u64 now = bpf_ktime_get_ns();
	u64 waited = now - BPF_CORE_READ(rq, start_time_ns);

	bpf_printk("waited %llu ns, now: %llu", waited, now);
	return 0;
}
