// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Global variables, a helper that no kernel has, and no licence. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile int limit = 3;
__u64 count;
__u32 started = 1;

static long (*future)(void) = (void *)999;

SEC("kprobe/vfs_read")
int handle(void *ctx)
{
	if (started < limit)
		__sync_fetch_and_add(&count, 1);
	return future();
}
