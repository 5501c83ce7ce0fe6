/*
 * One tracepoint for every system call, filtered on the number of execve.
 * Built with the kernel's own headers only.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>

/* from /sys/kernel/tracing/events/raw_syscalls/sys_enter/format */
struct sys_enter_event {
    __u64 common;
    long id;
    unsigned long args[6];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(key_size, 4);
    __uint(value_size, 8);
} counter SEC(".maps");

SEC("tracepoint/raw_syscalls/sys_enter")
int count_execve(struct sys_enter_event *event)
{
    __u32 key = 0;
    __u64 *value;

    if (event->id != __NR_execve)
        return 0;

    value = bpf_map_lookup_elem(&counter, &key);
    if (!value)
        return 0;

    __sync_fetch_and_add(value, 1);
    bpf_printk("execve called %lu times", *value);

    return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
