#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define NR_EXECVE 59

struct value {
    char comm[16];
    u64 last_ns;
    u64 count;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, u32);
    __type(value, struct value);
    __uint(max_entries, 8192);
} values SEC(".maps");

SEC("raw_tp/sys_enter")
int on_syscall(struct bpf_raw_tracepoint_args *ctx)
{
    struct value next = { .count = 1 };
    const struct value *old;
    u32 tgid;

    if (ctx->args[1] != NR_EXECVE)
        return 0;

    tgid = bpf_get_current_pid_tgid() >> 32;
    old = bpf_map_lookup_elem(&values, &tgid);
    if (old)
        next.count = old->count + 1;

    next.last_ns = bpf_ktime_get_ns();
    bpf_get_current_comm(&next.comm, sizeof(next.comm));

    /* the whole value is replaced, the old count is carried over */
    bpf_map_update_elem(&values, &tgid, &next, BPF_ANY);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
