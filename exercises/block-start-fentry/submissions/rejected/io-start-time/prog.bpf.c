#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/blk_mq_start_request")
int BPF_PROG(handle_request, struct request *rq)
{
	/* set by the function, so it has to be read at its end */
	u64 start = rq->io_start_time_ns;

	bpf_printk("start: %llu, now: %llu", start, bpf_ktime_get_ns());
	return 0;
}
