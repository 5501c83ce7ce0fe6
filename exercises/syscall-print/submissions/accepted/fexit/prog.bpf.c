#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

/* when it is over, however it went */
SEC("fexit/do_mkdirat")
int BPF_PROG(mkdirat_done, int dfd, struct filename *name)
{
    __u32 pid;

    pid = bpf_get_current_pid_tgid() >> 32;
    bpf_printk("mkdir by %i", pid);

    return 0;
}
