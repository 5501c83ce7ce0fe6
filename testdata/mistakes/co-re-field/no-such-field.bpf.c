// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct cred {
	__u32 user_number;
} __attribute__((preserve_access_index));

struct task_struct {
	const struct cred *cred;
} __attribute__((preserve_access_index));

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 user = BPF_CORE_READ(task, cred, user_number);

	bpf_printk("user %d", user);
	return 0;
}
