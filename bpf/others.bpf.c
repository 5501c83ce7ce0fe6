//go:build ignore

// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Counts the system calls, of those that exercises are about, that are made by
 * others than the processes of one control group and of those below it.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>

/* The control group, of the second version; set before loading. */
const volatile __u64 group;

/* How deep it may lie: in a container it has groups above it that are not seen there. */
#define MAX_DEPTH 16

struct activity {
	__u64 count;
	__u64 last; /* when the last one began, CLOCK_MONOTONIC */
};

struct activity execs;	     /* execve and execveat */
struct activity directories; /* mkdir and mkdirat */

static int below_group(void)
{
	for (int depth = 0; depth < MAX_DEPTH; depth++)
		if (bpf_get_current_ancestor_cgroup_id(depth) == group)
			return 1;
	return 0;
}

SEC("raw_tp/sys_enter")
int count_call(struct bpf_raw_tracepoint_args *ctx)
{
	struct activity *activity;

	switch (ctx->args[1]) {
	case __NR_execve:
	case __NR_execveat:
		activity = &execs;
		break;
	case __NR_mkdir:
	case __NR_mkdirat:
		activity = &directories;
		break;
	default:
		return 0;
	}
	if (!below_group()) {
		__sync_fetch_and_add(&activity->count, 1);
		activity->last = bpf_ktime_get_ns();
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
