// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Two programs that share maps with types. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct value {
	__u64 count;
	char comm[16];
	union {
		__u32 pid;
		__s32 error;
	};
	__s32 low : 3, high : 5;
	_Bool seen : 1;
};

enum kind { FIRST, SECOND };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct value);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, enum kind);
	__type(value, __u16[2][3]);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

static __noinline int send(void *ctx, __u64 n)
{
	return bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &n, sizeof(n));
}

SEC("tracepoint/syscalls/sys_enter_execve")
int enter(void *ctx)
{
	struct value first = { .count = 1 };
	__u32 key = bpf_get_current_pid_tgid() >> 32;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (v)
		v->count++;
	else
		bpf_map_update_elem(&values, &key, &first, BPF_ANY);
	bpf_printk("execve by %d", key);
	return 0;
}

SEC("?tp/syscalls/sys_exit_execve")
int leave(void *ctx)
{
	enum kind key = FIRST;
	__u16(*slot)[2][3] = bpf_map_lookup_elem(&slots, &key);

	return slot ? send(ctx, (*slot)[1][2]) : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
