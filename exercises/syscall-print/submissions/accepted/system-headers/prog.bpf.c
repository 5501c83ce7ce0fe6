/* vmlinux.h is not needed for this one */
#include <linux/types.h>
#include <linux/bpf.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>

struct sys_enter {
    __u64 common;
    long id;
    unsigned long args[6];
};

SEC("tp/raw_syscalls/sys_enter")
int any_call(struct sys_enter *ctx)
{
    char line[] = "mkdir by %d";
    __u32 pid;

    if (ctx->id != __NR_mkdir && ctx->id != __NR_mkdirat)
        return 0;

    pid = bpf_get_current_pid_tgid() >> 32;
    bpf_trace_printk(line, sizeof(line), pid);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
