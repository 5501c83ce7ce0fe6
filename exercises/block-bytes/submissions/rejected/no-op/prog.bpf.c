#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("tracepoint/block/block_rq_issue")
int on_request(struct trace_event_raw_block_rq *ctx)
{
	(void)ctx->dev;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
