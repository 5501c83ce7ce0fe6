#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* the function that makes the folder, in whichever file system */
SEC("kprobe/vfs_mkdir")
int probe_mkdir(struct pt_regs *ctx)
{
	bpf_printk("mkdir by %d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}
