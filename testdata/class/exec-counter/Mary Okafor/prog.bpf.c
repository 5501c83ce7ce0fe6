#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* x86_64, see ausyscall execve */
#define EXECVE_NR 59

struct
{
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} counter SEC(".maps");

static const __u32 first = 0;

SEC("raw_tracepoint/sys_enter")
int BPF_count(struct bpf_raw_tracepoint_args *ctx)
{
    __u64 *count;

    if ((int)ctx->args[1] != EXECVE_NR)
        return 0;

    count = bpf_map_lookup_elem(&counter, &first);
    if (count)
    {
        __sync_fetch_and_add(count, 1);
        bpf_printk("execve called %lld times\n", *count);
    }
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
