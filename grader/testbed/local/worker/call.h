/* SPDX-License-Identifier: Apache-2.0 */
/* System calls without a C library. */
#ifndef CALL_H
#define CALL_H

#include <stddef.h>

#include <asm/unistd.h>

#define NAME "bpfgrade-worker"

#define ENOENT 2
#define EINVAL 22

static inline long call(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = 0; /* the sixth, of mmap */
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline _Noreturn void leave(int status)
{
	for (;;)
		call(__NR_exit_group, status, 0, 0, 0, 0);
}

static inline unsigned long long now(void)
{
	struct { long long sec, nsec; } t;

	call(__NR_clock_gettime, 1 /* CLOCK_MONOTONIC */, (long)&t, 0, 0, 0);
	return t.sec * 1000000000ULL + t.nsec;
}

/* Reads or writes as many bytes as it is told to. */
static inline int transfer(long nr, int fd, void *buf, long size)
{
	long done = 0;

	while (done < size) {
		long n = call(nr, fd, (long)buf + done, size - done, 0, 0);

		if (n <= 0)
			return -1;
		done += n;
	}
	return 0;
}

/* Binds the calling thread to a processor. */
int bind_to(unsigned long cpu);

#endif
