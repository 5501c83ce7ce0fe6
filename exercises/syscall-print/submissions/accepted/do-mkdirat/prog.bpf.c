#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* both system calls come through here */
SEC("kprobe/do_mkdirat")
int probe_mkdirat(struct pt_regs *ctx)
{
	bpf_printk("mkdir by %d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
