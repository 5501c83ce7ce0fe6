#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "prog.h"

char LICENSE[] SEC("license") = "GPL";

const volatile bool quiet = false;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct disk_stat);
} stats SEC(".maps");

static __noinline void print_times(u64 allocated, u64 now)
{
	if (quiet)
		return;
	bpf_printk("start of a request: %llu -> %llu", allocated, now);
}

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(request_start, struct request *rq)
{
	u64 now = bpf_ktime_get_ns();
	u32 key = 0;
	struct disk_stat *stat = bpf_map_lookup_elem(&stats, &key);

	if (stat)
		stat->started++;
	print_times(BPF_CORE_READ(rq, start_time_ns), now);
	return 0;
}

SEC("tracepoint/block/block_rq_complete")
int request_end(void *ctx)
{
	u32 key = 0;
	struct disk_stat *stat = bpf_map_lookup_elem(&stats, &key);

	if (stat)
		stat->ended++;
	return 0;
}
