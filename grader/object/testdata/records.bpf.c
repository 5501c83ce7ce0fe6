// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Records: some that BTF describes, and some that only DWARF does. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

/* The type of a map's value is in BTF. */
struct wide {
	char comm[16];
	__u32 pid;
	__u64 count_value;
	char path[30];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wide);
} scratch SEC(".maps");

/* The type of a local variable is not. */
struct packed {
	__u32 pid;
	__u64 count_value;
} __attribute__((packed));

typedef const volatile __u64 counter;

typedef struct {
	__u32 cpu;
	union {
		struct {
			counter count_value;
		};
		__u64 raw[5];
	};
} nested;

/* These do not fit. */
struct narrow {
	__u32 count_value;
};

struct bits {
	__u64 count_value : 40;
	__u64 rest : 24;
};

SEC("raw_tp/sys_enter")
int handle(void *ctx)
{
	struct packed packed = { .pid = 1, .count_value = 2 };
	struct narrow narrow = { .count_value = 3 };
	struct bits bits = { .count_value = 4 };
	nested nested = {};
	__u32 key = 0;
	struct wide *wide = bpf_map_lookup_elem(&scratch, &key);

	if (wide)
		bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, wide, sizeof(*wide));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &packed, sizeof(packed));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &narrow, sizeof(narrow));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &bits, sizeof(bits));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &nested, sizeof(nested));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
