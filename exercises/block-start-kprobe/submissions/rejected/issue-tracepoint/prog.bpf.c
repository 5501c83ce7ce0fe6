#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/block_rq_issue")
int BPF_PROG(handle_issue, struct request *rq)
{
	u64 start = BPF_CORE_READ(rq, start_time_ns);

	bpf_printk("start_time_ns: %llu, current: %llu", start, bpf_ktime_get_ns());
	return 0;
}
