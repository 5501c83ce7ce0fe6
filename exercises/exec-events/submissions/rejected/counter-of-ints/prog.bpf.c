#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, int);
    __type(value, int);
} counter SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(u32));
    __uint(value_size, sizeof(u32));
} events SEC(".maps");

struct my_event {
    u64 count_value;
};

SEC("tp/syscalls/sys_enter_execve")
int execve_called(void *ctx)
{
    int key = 0;
    int *count = bpf_map_lookup_elem(&counter, &key);
    struct my_event ev;

    if (!count)
        return 0;
    *count += 1;
    ev.count_value = *count;
    bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &ev, sizeof(ev));
    return 0;
}
