// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
int handle(struct xdp_md *ctx)
{
	ctx->data_end = 0;
	return XDP_PASS;
}
