// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* the field is called __state since Linux 5.14 */
struct task_struct {
	long state;
} __attribute__((preserve_access_index));

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	long state = 0;

	bpf_core_read(&state, sizeof(state), &task->state);
	bpf_printk("state %ld", state);
	return 0;
}
