#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct disk {
	__u64 requests;
	__u64 read, written; /* sectors */
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct disk);
} disks SEC(".maps");

SEC("tracepoint/block/block_rq_issue")
int on_request(struct trace_event_raw_block_rq *ctx)
{
	__u32 dev = ctx->dev;
	struct disk none = {}, *d = bpf_map_lookup_elem(&disks, &dev);

	if (!d) {
		bpf_map_update_elem(&disks, &dev, &none, BPF_NOEXIST);
		d = bpf_map_lookup_elem(&disks, &dev);
	}
	if (!d)
		return 0;
	if (ctx->rwbs[0] == 'R')
		d->read += ctx->nr_sector;
	else
		d->written += ctx->nr_sector;
	d->requests += 1;
	d->bytes = (d->read + d->written) * 512;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
