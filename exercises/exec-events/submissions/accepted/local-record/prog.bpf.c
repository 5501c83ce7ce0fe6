#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define NR_EXECVE 59

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} counter SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, int);
    __type(value, int);
} events SEC(".maps");

SEC("raw_tp/sys_enter")
int sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
    __u32 key = 0;
    __u64 *value;
    struct {
        __u64 time;
        __u64 count_value;
    } record;

    if (ctx->args[1] != NR_EXECVE)
        return 0;

    value = bpf_map_lookup_elem(&counter, &key);
    if (!value)
        return 0;

    record.time = bpf_ktime_get_ns();
    record.count_value = ++*value;
    bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &record, sizeof(record));
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
