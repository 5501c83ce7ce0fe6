#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct request {
	__u64 start_time_ns;
} __attribute__((preserve_access_index));

SEC("fentry/blk_mq_start_request")
int BPF_PROG(start_request, struct request *rq)
{
	__u64 first, second;

	first = rq->start_time_ns;
	second = bpf_ktime_get_ns();
	bpf_printk("first %llu second %llu", first, second);
	return 0;
}

char _license[] SEC("license") = "GPL v2";
