#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static int say(void)
{
	unsigned long long both = bpf_get_current_pid_tgid();

	bpf_printk("mkdir by %d", (int)(both >> 32));
	return 0;
}

/* every call ends as well, with an error or without */
SEC("tp/syscalls/sys_exit_mkdirat")
int mkdirat_ends(void *ctx)
{
	return say();
}

SEC("tp/syscalls/sys_exit_mkdir")
int mkdir_ends(void *ctx)
{
	return say();
}
