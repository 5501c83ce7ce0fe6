#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* no gaps to leave uninitialised */
struct value {
	u8 version;
	u64 count;
	union {
		u64 last_ns;
		u64 seen;
	};
	char comm[16];
} __attribute__((packed));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, struct value);
} values SEC(".maps");

SEC("ksyscall/execve")
int BPF_KSYSCALL(execve_enter, const char *path)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct value *old = bpf_map_lookup_elem(&values, &pid);
	struct value v = {
		.version = 1,
		.count = 1,
		.last_ns = bpf_ktime_get_ns(),
	};

	if (old)
		v.count += old->count;
	bpf_get_current_comm(v.comm, sizeof(v.comm));
	bpf_map_update_elem(&values, &pid, &v, BPF_ANY);
	return 0;
}
