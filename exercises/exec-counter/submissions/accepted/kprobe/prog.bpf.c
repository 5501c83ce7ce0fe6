#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* room for the other calls I want to count later */
enum counted_call
{
    SLOT_EXECVE = 0,
    SLOT_FORK,
    SLOT_EXIT,
    SLOT_MAX = 16,
};

struct
{
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SLOT_MAX);
    __type(key, u32);
    __type(value, u64);
} counter SEC(".maps");

SEC("kprobe/__x64_sys_execve")
int probe_execve(struct pt_regs *ctx)
{
    u32 slot = SLOT_EXECVE;
    u64 *count = bpf_map_lookup_elem(&counter, &slot);

    if (count)
    {
        __sync_fetch_and_add(count, 1);
        bpf_printk("execve called %llu times", *count);
    }

    return 0;
}

char LICENSE[] SEC("license") = "GPL";
