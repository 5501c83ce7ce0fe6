#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counter SEC(".maps");

SEC("tp/syscalls/sys_exit_execve")
int count_it(struct trace_event_raw_sys_exit *ctx)
{
	__u32 k = 0;
	__u64 *v;

	// only when execve worked
	if (!ctx->ret)
		return 0;

	v = bpf_map_lookup_elem(&counter, &k);
	if (v) {
		(*v)++;
		bpf_printk("execve called %lld times\n", *v);
	}
	return 0;
}
