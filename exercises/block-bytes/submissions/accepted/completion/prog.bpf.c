#include <linux/bpf.h>
#include <linux/types.h>
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

/* as the event's format lists it; its name in vmlinux.h differs between kernels */
struct completion_event {
	__u64 common;
	__u32 dev;
	__u64 sector;
	__u32 nr_sector;
};

SEC("tp/block/block_rq_complete")
int on_request(struct completion_event *ctx)
{
	__u32 dev = ctx->dev;
	struct disk *d = bpf_map_lookup_elem(&disks, &dev);
	struct disk first = { .bytes = (__u64)ctx->nr_sector << 9, .requests = 1 };

	if (d) {
		__sync_fetch_and_add(&d->bytes, (__u64)ctx->nr_sector << 9);
		__sync_fetch_and_add(&d->requests, 1);
	} else {
		bpf_map_update_elem(&disks, &dev, &first, BPF_ANY);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
