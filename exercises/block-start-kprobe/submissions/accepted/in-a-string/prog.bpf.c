#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(handle_start, struct request *rq)
{
	char line[96];

	if (BPF_SNPRINTF(line, sizeof(line), "request allocated %llu current %llu",
			 BPF_CORE_READ(rq, start_time_ns), bpf_ktime_get_ns()) < 0)
		return 0;
	bpf_printk("%s", line);
	return 0;
}
