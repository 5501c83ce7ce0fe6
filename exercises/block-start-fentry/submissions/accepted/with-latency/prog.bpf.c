#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* when each request was started, by its address */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, u64);
} started SEC(".maps");

/* the slowest one so far */
u64 slowest_ns;

SEC("fentry/blk_mq_start_request")
int BPF_PROG(request_start, struct request *rq)
{
	u64 id = (u64)rq;
	u64 now = bpf_ktime_get_ns();
	u64 allocated = 0;

	bpf_probe_read_kernel(&allocated, sizeof(allocated), &rq->start_time_ns);
	bpf_map_update_elem(&started, &id, &now, BPF_ANY);
	bpf_printk("start_time_ns=%llu ktime=%llu", allocated, now);
	return 0;
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(request_done, struct request *rq)
{
	u64 id = (u64)rq;
	u64 *begin = bpf_map_lookup_elem(&started, &id);
	u64 took;

	if (!begin)
		return 0;
	took = bpf_ktime_get_ns() - *begin;
	if (took > slowest_ns)
		slowest_ns = took;
	bpf_map_delete_elem(&started, &id);
	return 0;
}
