// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} paths SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_openat")
int begin(struct trace_event_raw_sys_enter *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid(), path = ctx->args[1];

	bpf_map_update_elem(&paths, &thread, &path, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_openat")
int end(struct trace_event_raw_sys_exit *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 *path = bpf_map_lookup_elem(&paths, &thread);
	char text[64] = {};

	if (!path)
		return 0;
	bpf_probe_read_user_str(text, sizeof(text), (void *)*path);
	bpf_printk("openat of %s: %ld", text, ctx->ret);
	bpf_map_delete_elem(&paths, &thread);
	return 0;
}
