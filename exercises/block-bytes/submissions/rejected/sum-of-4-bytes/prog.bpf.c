#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct disk {
	__u64 bytes;
	__u64 requests;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct disk);
} disks SEC(".maps");

SEC("tracepoint/block/block_rq_issue")
int on_request(struct trace_event_raw_block_rq *ctx)
{
	__u32 dev = ctx->dev;
	struct disk *d = bpf_map_lookup_elem(&disks, &dev);
	struct disk first = { .bytes = (__u64)ctx->nr_sector * 512, .requests = 1 };

	if (d) {
		__u32 sum = d->bytes;

		sum += ctx->nr_sector * 512;
		d->bytes = sum;
		__sync_fetch_and_add(&d->requests, 1);
	} else {
		bpf_map_update_elem(&disks, &dev, &first, BPF_ANY);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
