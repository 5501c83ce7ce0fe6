#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "prog.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

/* who calls, for my own curiosity: bpftool map dump name callers */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, struct caller);
} callers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} execveat_calls SEC(".maps");

static void remember_caller(void)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct caller fresh = { .calls = 1 };
	struct caller *known = bpf_map_lookup_elem(&callers, &pid);

	if (known) {
		known->calls++;
		return;
	}
	bpf_get_current_comm(fresh.comm, sizeof(fresh.comm));
	bpf_map_update_elem(&callers, &pid, &fresh, BPF_NOEXIST);
}

SEC("tp/syscalls/sys_enter_execve")
int execve_enter(void *ctx)
{
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counter, &key);

	if (!count)
		return 0;
	*count = *count + 1;
	bpf_printk("execve called %llu times", *count);
	remember_caller();
	return 0;
}

SEC("tp/syscalls/sys_enter_execveat")
int execveat_enter(void *ctx)
{
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&execveat_calls, &key);

	if (count)
		*count += 1;
	return 0;
}
