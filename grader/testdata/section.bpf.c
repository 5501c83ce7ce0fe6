// A program in a section that no loader knows.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepiont/syscalls/sys_enter_execve")
int count(void *ctx)
{
	return 0;
}
