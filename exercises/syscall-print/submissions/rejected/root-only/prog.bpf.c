#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static __always_inline int report(void)
{
	/* leave ordinary users alone */
	if ((u32)bpf_get_current_uid_gid())
		return 0;

	bpf_printk("mkdir by %d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_mkdirat")
int handle_mkdirat(void *ctx)
{
	return report();
}

SEC("tracepoint/syscalls/sys_enter_mkdir")
int handle_mkdir(void *ctx)
{
	return report();
}
