#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int handle_execve(struct pt_regs *ctx)
{
	u32 key = 0;
	u64 *count;

	/* the kernel should not call me without a program to start */
	if (PT_REGS_PARM1(ctx) == 0)
		return 0;

	count = bpf_map_lookup_elem(&counter, &key);
	if (!count)
		return 0;
	*count += 1;
	bpf_printk("execve called %llu times", *count);
	return 0;
}
