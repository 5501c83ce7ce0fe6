// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, s64);
} sum SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, s64);
} started SEC(".maps");

/* Keeps the sum of the arguments until the function returns. */
SEC("uprobe")
int BPF_KPROBE(enter, int a, int b)
{
	u64 thread = bpf_get_current_pid_tgid();
	s64 both = a + b;

	bpf_map_update_elem(&started, &thread, &both, BPF_ANY);
	return 0;
}

SEC("uretprobe")
int leave(void *ctx)
{
	u64 thread = bpf_get_current_pid_tgid();
	s64 *both = bpf_map_lookup_elem(&started, &thread);
	u32 zero = 0, one = 1;
	s64 *total = bpf_map_lookup_elem(&sum, &zero);
	s64 *calls = bpf_map_lookup_elem(&sum, &one);

	if (!both || !total || !calls)
		return 0;
	*total += *both;
	*calls += 1;
	bpf_map_delete_elem(&started, &thread);
	return 0;
}
