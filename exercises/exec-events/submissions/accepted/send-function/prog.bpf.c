#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "prog.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} counter SEC(".maps");

/* records that could not be sent */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, s64);
	__type(value, u64);
} errors SEC(".maps");

static __noinline int send_count(void *ctx, u64 count)
{
	msg_t msg = {};
	s64 err;
	u64 one = 1;

	msg.pid = bpf_get_current_pid_tgid() >> 32;
	msg.count_value = count;
	err = bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &msg, sizeof(msg));
	if (err)
		bpf_map_update_elem(&errors, &err, &one, BPF_ANY);
	return err;
}

SEC("kprobe/__x64_sys_execve")
int BPF_KPROBE(kprobe_execve)
{
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counter, &key);

	if (count)
		send_count(ctx, ++(*count));
	return 0;
}
