#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "prog.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

SEC("ksyscall/execve")
int BPF_KSYSCALL(execve_called, const char *path)
{
	struct execve_record record;
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counter, &key);

	if (!count)
		return 0;

	__builtin_memset(&record, 0, sizeof(record));
	record.pid = bpf_get_current_pid_tgid() >> 32;
	record.uid = (u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(record.comm, sizeof(record.comm));
	bpf_probe_read_user_str(record.path, sizeof(record.path), path);

	__sync_fetch_and_add(count, 1);
	record.count_value = *count;

	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &record, sizeof(record));
	return 0;
}
