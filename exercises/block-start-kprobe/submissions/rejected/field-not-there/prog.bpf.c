#include <linux/types.h>
#include <linux/ptrace.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* the part of struct request that I use */
struct request {
	__u64 start_ns;
} __attribute__((preserve_access_index));

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(handle_request, struct request *rq)
{
	__u64 start = BPF_CORE_READ(rq, start_ns);

	bpf_printk("allocated: %llu, now: %llu", start, bpf_ktime_get_ns());
	return 0;
}
