#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define SYS_EXECVE 59

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, unsigned long long);
} counter SEC(".maps");

static __always_inline unsigned long long increment(void)
{
	int index = 0;
	unsigned long long *n = bpf_map_lookup_elem(&counter, &index);

	return n ? ++*n : 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long id)
{
	if (id == SYS_EXECVE)
		bpf_printk("execve called %llu times", increment());
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
