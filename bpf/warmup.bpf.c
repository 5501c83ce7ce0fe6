//go:build ignore

// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Goes once through everything that a submission usually does, before a
 * template is saved: what is loaded, parsed or allocated on first use is then
 * there already in each guest.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

struct request {
	__u64 start_time_ns;
} __attribute__((preserve_access_index));

struct record {
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} count SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} records SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int warm_tracepoint(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 key = 0, tgid = BPF_CORE_READ(task, tgid);
	__u64 *value = bpf_map_lookup_elem(&count, &key);
	struct record record = {};

	if (!value)
		return 0;
	record.count = ++*value;
	bpf_map_update_elem(&table, &tgid, &record.count, BPF_ANY);
	bpf_perf_event_output(ctx, &records, BPF_F_CURRENT_CPU, &record, sizeof(record));
	bpf_printk("warm %llu", record.count);
	return 0;
}

SEC("kprobe/blk_mq_start_request")
int warm_kprobe(struct pt_regs *ctx)
{
	struct request *rq = (void *)PT_REGS_PARM1(ctx);

	bpf_printk("warm %llu %llu", BPF_CORE_READ(rq, start_time_ns), bpf_ktime_get_ns());
	return 0;
}

SEC("fentry/blk_mq_start_request")
int BPF_PROG(warm_fentry, struct request *rq)
{
	bpf_printk("warm %llu %llu", rq->start_time_ns, bpf_ktime_get_ns());
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
