#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

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

/* A request led to its disk by itself before Linux 5.17, and does so through its queue since 5.15. */
struct request___before {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));

struct request_queue___since {
	struct gendisk *disk;
} __attribute__((preserve_access_index));

static __u32 number(struct request *rq)
{
	struct request___before *before = (void *)rq;
	struct request_queue___since *queue;
	struct gendisk *disk;

	if (bpf_core_field_exists(before->rq_disk)) {
		disk = BPF_CORE_READ(before, rq_disk);
	} else {
		queue = (void *)BPF_CORE_READ(rq, q);
		disk = BPF_CORE_READ(queue, disk);
	}
	return BPF_CORE_READ(disk, major) << 20 | BPF_CORE_READ(disk, first_minor);
}

SEC("fentry/blk_mq_start_request")
int BPF_PROG(on_request, struct request *rq)
{
	__u32 key = number(rq);
	__u64 length = BPF_CORE_READ(rq, __data_len);
	struct disk *d = bpf_map_lookup_elem(&disks, &key);
	struct disk first = { .bytes = length, .requests = 1 };

	if (!d) {
		bpf_map_update_elem(&disks, &key, &first, BPF_NOEXIST);
		return 0;
	}
	__sync_fetch_and_add(&d->bytes, length);
	__sync_fetch_and_add(&d->requests, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
