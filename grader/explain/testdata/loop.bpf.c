// SPDX-License-Identifier: Apache-2.0
/* More rounds than the verifier follows. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int handle(void *ctx)
{
	__u64 sum = 0;

	for (int i = 0; i < 10000000; i++)
		sum += bpf_get_prandom_u32();
	return sum & 1;
}

char LICENSE[] SEC("license") = "GPL";
