#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int any_call(struct bpf_raw_tracepoint_args *ctx)
{
	bpf_printk("mkdir by %d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}
