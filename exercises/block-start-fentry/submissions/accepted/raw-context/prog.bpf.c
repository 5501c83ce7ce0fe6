#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* the arguments of the function are the elements of ctx */
SEC("fentry/blk_mq_start_request")
int blk_start(unsigned long long *ctx)
{
	struct request *rq = (struct request *)ctx[0];
	char fmt[] = "request: alloc=%lu now=%lu";

	bpf_trace_printk(fmt, sizeof(fmt), rq->start_time_ns, bpf_ktime_get_ns());
	return 0;
}
