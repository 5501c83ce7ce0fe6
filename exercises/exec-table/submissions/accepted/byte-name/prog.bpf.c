/* No vmlinux.h: the system's headers have all that is needed here. */
#include <linux/bpf.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>
#include "prog.h"

struct sys_enter_event {
    __u64 common;
    long id;
    unsigned long args[6];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1 << 12);
    __type(key, __u32);
    __type(value, value_t);
} values SEC(".maps");

SEC("tracepoint/raw_syscalls/sys_enter")
int any_call(struct sys_enter_event *event)
{
    value_t first = { .count = 1 };
    value_t *entry;
    __u32 pid;

    if (event->id != __NR_execve)
        return 0;

    pid = bpf_get_current_pid_tgid() >> 32;
    entry = bpf_map_lookup_elem(&values, &pid);
    if (entry) {
        entry->count++;
        entry->last_ns = bpf_ktime_get_ns();
        bpf_get_current_comm(entry->comm, sizeof(entry->comm));
        return 0;
    }

    first.last_ns = bpf_ktime_get_ns();
    bpf_get_current_comm(first.comm, sizeof(first.comm));
    bpf_map_update_elem(&values, &pid, &first, BPF_NOEXIST);
    return 0;
}

char _license[] SEC("license") = "GPL";
