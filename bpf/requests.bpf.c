//go:build ignore

// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Observes the requests that the testbed's disks start, so that what a submission
 * says of them can be compared with what they really were.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/* As much of the kernel's structures as is read here; see include/linux. */
struct gendisk {
	int major;
	int first_minor;
} __attribute__((preserve_access_index));

struct request_queue {
	struct gendisk *disk; /* since Linux 5.15 */
} __attribute__((preserve_access_index));

struct request {
	struct request_queue *q;
	struct gendisk *rq_disk; /* until Linux 5.16 */
	__u64 start_time_ns;
} __attribute__((preserve_access_index));

#define DISKS 2

/* The numbers of the disks that are observed, as the kernel keeps them: dev_t; set before loading. */
const volatile __u32 disks[DISKS];

/* Requests that were started on other disks: how many, and when the last was, CLOCK_MONOTONIC. */
__u64 other_requests;
__u64 last_other_request;

struct observed_request {
	__u64 allocated; /* start_time_ns, CLOCK_MONOTONIC */
	__u64 started;	 /* when blk_mq_start_request was called */
	__u32 disk;	 /* its place in disks */
	__u32 reserved;
};

/* Oldest first; new ones are left out when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1024);
	__type(value, struct observed_request);
} observed_requests SEC(".maps");

SEC("kprobe/blk_mq_start_request")
int observe_request(struct pt_regs *ctx)
{
	struct request *rq = (void *)PT_REGS_PARM1(ctx);
	struct observed_request seen = {};
	struct gendisk *disk;
	__u32 number;

	if (bpf_core_field_exists(rq->rq_disk))
		disk = BPF_CORE_READ(rq, rq_disk);
	else
		disk = BPF_CORE_READ(rq, q, disk);
	number = BPF_CORE_READ(disk, major) << 20 | BPF_CORE_READ(disk, first_minor);
	if (number == disks[0]) {
		seen.disk = 0;
	} else if (number == disks[1]) {
		seen.disk = 1;
	} else {
		__sync_fetch_and_add(&other_requests, 1);
		last_other_request = bpf_ktime_get_ns();
		return 0;
	}

	seen.allocated = BPF_CORE_READ(rq, start_time_ns);
	seen.started = bpf_ktime_get_ns();
	bpf_map_push_elem(&observed_requests, &seen, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
