// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_entry")
int handle(struct bpf_raw_tracepoint_args *ctx)
{
	bpf_printk("call");
	return 0;
}
