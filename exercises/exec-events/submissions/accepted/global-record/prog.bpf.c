/* no vmlinux.h: the few things that are needed come from the system's headers */
#include <linux/bpf.h>
#include <linux/types.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>

struct sys_enter_args
{
    unsigned long long unused;
    long syscall_nr;
    unsigned long args[6];
};

struct event
{
    __u32 version;
    __u64 count_value;
};

struct event event = { .version = 1 };

struct
{
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, __u64);
    __uint(max_entries, 1);
} counter SEC(".maps");

struct
{
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} events SEC(".maps");

SEC("tp/raw_syscalls/sys_enter")
int enter(struct sys_enter_args *ctx)
{
    __u32 key = 0;
    __u64 *count;

    if (ctx->syscall_nr != __NR_execve)
        return 0;

    count = bpf_map_lookup_elem(&counter, &key);
    if (!count)
        return 1;

    (*count)++;
    event.count_value = *count;
    bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
    return 0;
}

char _license[] SEC("license") = "GPL";
