#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* for me: number of requests */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} requests SEC(".maps");

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(handle_start, struct request *rq)
{
	u32 key = 0;
	u64 *n = bpf_map_lookup_elem(&requests, &key);
	u64 allocated;

	if (n)
		__sync_fetch_and_add(n, 1);

	allocated = BPF_CORE_READ(rq, start_time_ns);
	bpf_printk("%llu ns -> %llu ns", allocated, bpf_ktime_get_ns());
	return 0;
}
