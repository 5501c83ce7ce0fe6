// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct value {
	__u64 count;
	__u64 last_ns;
	char comm[16];
};

struct values_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct value);
} values SEC(".maps");

SEC("fentry/__x64_sys_execve")
int BPF_PROG(enter_execve, const struct pt_regs *regs)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 pid = BPF_CORE_READ(task, tgid);
	struct value init = {};
	struct value *v;

	/* does nothing when the entry is there */
	bpf_map_update_elem(&values, &pid, &init, BPF_NOEXIST);
	v = bpf_map_lookup_elem(&values, &pid);
	if (!v)
		return 0;
	__sync_fetch_and_add(&v->count, 1);
	v->last_ns = bpf_ktime_get_ns();
	BPF_CORE_READ_STR_INTO(&v->comm, task, comm);
	return 0;
}
