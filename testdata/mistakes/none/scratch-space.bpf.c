// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct scratch {
	char text[1024];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	__u32 key = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratch, &key);

	if (!s)
		return 0;
	if (bpf_probe_read_user_str(s->text, sizeof(s->text), (void *)ctx->args[0]) < 0)
		return 0;
	bpf_printk("execve of %s", s->text);
	return 0;
}
