// SPDX-License-Identifier: Apache-2.0
/* A program on each kind of hook that a testbed attaches, and a map of each kind that it reads. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u64);
	__type(value, __u64);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} perf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} pinned SEC(".maps");

static __u64 calls;

SEC("tracepoint/syscalls/sys_enter_execve")
int on_tracepoint(void *ctx)
{
	__u64 cpu = bpf_get_smp_processor_id(), call = __sync_fetch_and_add(&calls, 1);
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&per_cpu, &zero);

	if (value)
		++*value;
	value = bpf_map_lookup_elem(&pinned, &zero);
	if (value)
		*value = 7;
	bpf_map_update_elem(&table, &cpu, &call, BPF_ANY);
	bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &call, sizeof(call));
	bpf_ringbuf_output(&ring, &call, sizeof(call), 0);
	bpf_printk("call %llu\nof many\n", call);
	return 0;
}

#define EMPTY(section, name) \
	SEC(section) int name(void *ctx) { return 0; }

EMPTY("raw_tp/sys_enter", on_raw_tp)
EMPTY("tp_btf/sys_enter", on_tp_btf)
EMPTY("kprobe/__x64_sys_execve", on_kprobe)
EMPTY("kretprobe/__x64_sys_execve", on_kretprobe)
EMPTY("kprobe/__x64_sys_execve+0", on_kprobe_offset)
EMPTY("ksyscall/execve", on_ksyscall)
EMPTY("kretsyscall/execve", on_kretsyscall)
EMPTY("fentry/__x64_sys_execve", on_fentry)
EMPTY("fexit/__x64_sys_execve", on_fexit)
EMPTY("uprobe/runtime.mallocgc", on_uprobe)
EMPTY("uprobe//init:runtime.mallocgc", on_uprobe_target)

char LICENSE[] SEC("license") = "GPL";
