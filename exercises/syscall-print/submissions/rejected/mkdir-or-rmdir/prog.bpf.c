#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int any_call(struct bpf_raw_tracepoint_args *ctx)
{
	/* 83 is mkdir, 258 mkdirat */
	if (ctx->args[1] < 83 || ctx->args[1] > 258)
		return 0;
	bpf_printk("mkdir by %d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}
