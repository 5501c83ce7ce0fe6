#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct counter_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
};

struct counter_map counter SEC(".maps");

SEC("fentry/__x64_sys_execve")
int BPF_PROG(enter_execve, const struct pt_regs *regs)
{
	const u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counter, &key);
	char text[] = "execve called %llu times";

	if (!count)
		return 0;
	(*count)++;
	bpf_trace_printk(text, sizeof(text), *count);
	return 0;
}
