#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

static __noinline void count(void)
{
	u32 key = 0;
	u64 *n = bpf_map_lookup_elem(&counter, &key);

	if (!n)
		return;
	(*n)++;
	bpf_printk("execve called %llu times", *n);
}

/* continues where the first program stops */
SEC("tp")
int count_call(void *ctx)
{
	count();
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(values, int (void *));
} next SEC(".maps") = {
	.values = { [0] = (void *)&count_call },
};

SEC("tp/syscalls/sys_enter_execve")
int handle_execve(void *ctx)
{
	bpf_tail_call(ctx, &next, 0);
	return 0;
}
