// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* What is known about one disk. */
struct disk {
	__u64 bytes;
	/* requests goes here. */
};

/* Your map goes here: disks, a HASH of 16 entries or more, from a u32 to a struct disk. */

SEC("tracepoint/block/block_rq_issue")
int handle_request(struct trace_event_raw_block_rq *ctx)
{
	/* Which disk is it for, and how long is it? Find the disk's entry, or make one, and add to it. */
	return 0;
}
