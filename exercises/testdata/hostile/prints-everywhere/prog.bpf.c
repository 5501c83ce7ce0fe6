#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

SEC("raw_tp/sys_enter")
int handle_any(void *ctx)
{
	for (int i = 0; i < 10; i++)
		bpf_printk("execve called %d times, and then some more words that fill the buffer", i);
	return 0;
}
