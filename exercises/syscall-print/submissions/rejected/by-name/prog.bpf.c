#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static __always_inline int report(void)
{
	char comm[16];

	/* only the program that I watch */
	bpf_get_current_comm(comm, sizeof(comm));
	if (comm[0] != 'b' || comm[1] != 'p' || comm[2] != 'f' || comm[3] != 'g')
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
