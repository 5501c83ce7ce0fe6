// SPDX-License-Identifier: Apache-2.0
/* A program that the verifier refuses. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/vfs_read")
int refused(void *ctx)
{
	return **(int **)ctx;
}

char LICENSE[] SEC("license") = "GPL";
