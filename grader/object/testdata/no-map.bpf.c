// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* The smallest program; it is built for other machines as well. */
__attribute__((section("tracepoints/syscalls/sys_enter_execve")))
int handle(void *ctx)
{
	return 0;
}
