#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

static int one_more(void)
{
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counter, &key);

	if (!count)
		return 0;
	*count += 1;
	bpf_printk("execve called %llu times", *count);
	return 0;
}

SEC("tp/syscalls/sys_enter_execve")
int enter_execve(void *ctx)
{
	return one_more();
}

/* the other way to start a program */
SEC("tp/syscalls/sys_enter_execveat")
int enter_execveat(void *ctx)
{
	return one_more();
}
