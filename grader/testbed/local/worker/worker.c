/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that calls execve for a testbed.
 *
 * It is started once for each processor, before anything of a submission is
 * loaded, binds itself to that processor and then obeys orders on its standard
 * input. It has no C library: nothing runs here but what is written here, and
 * a call costs no more than the kernel's own work.
 *
 *   worker CPU   reads orders, answers each, ends at the end of its input
 *   worker       ends at once: this is what it executes
 */

#define NAME "bpfgrade-worker"

#include <stddef.h>

#include "worker.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time.h>

#define ENOENT 2
#define EINVAL 22

static inline long call(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}

static _Noreturn void leave(int status)
{
	for (;;)
		call(__NR_exit_group, status, 0, 0, 0, 0);
}

static unsigned long long now(void)
{
	struct { long long sec, nsec; } t;

	call(__NR_clock_gettime, 1 /* CLOCK_MONOTONIC */, (long)&t, 0, 0, 0);
	return t.sec * 1000000000ULL + t.nsec;
}

static const char self[] = "/proc/self/exe";
static const char missing[] = "/nonexistent/" NAME;
static const char *const argv[] = { NAME, NULL };
static const char *const envp[] = { NULL };

static long self_fd;

static inline long exec(unsigned kind)
{
	switch (kind) {
	case EXEC_SUCCESS:
		return call(__NR_execve, (long)self, (long)argv, (long)envp, 0, 0);
	case EXEC_FAILURE:
		return call(__NR_execve, (long)missing, (long)argv, (long)envp, 0, 0);
	case EXECVEAT_SUCCESS:
		return call(__NR_execveat, self_fd, (long)"", (long)argv, (long)envp, AT_EMPTY_PATH);
	case EXECVEAT_FAILURE:
		return call(__NR_execveat, AT_FDCWD, (long)missing, (long)argv, (long)envp, 0);
	}
	return -EINVAL;
}

/* Makes one call and returns 0 when it ended as its kind says. */
static int once(unsigned kind)
{
	int status = 0;
	long pid;

	if (kind == EXEC_FAILURE || kind == EXECVEAT_FAILURE)
		return exec(kind) == -ENOENT ? 0 : -1;

	pid = call(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		exec(kind);
		leave(1);
	}
	if (pid < 0 || call(__NR_wait4, pid, (long)&status, 0, 0, 0) != pid)
		return -1;
	return status;
}

static int transfer(long nr, int fd, void *buf, long size)
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

static long number(const char *s)
{
	long n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + *s - '0';
	return n;
}

__attribute__((used)) static _Noreturn void start(long *stack)
{
	long argc = stack[0];
	const char **args = (const char **)(stack + 1);
	unsigned long mask[CPUS_MAX / (8 * sizeof(long))] = { 0 };
	struct order order;
	long cpu;

	if (argc < 2)
		leave(0);

	cpu = number(args[1]);
	if (cpu >= CPUS_MAX)
		leave(2);
	mask[cpu / 64] = 1UL << (cpu % 64);
	if (call(__NR_sched_setaffinity, 0, sizeof(mask), (long)mask, 0, 0))
		leave(3);
	call(__NR_prctl, PR_SET_NAME, (long)NAME, 0, 0, 0);
	self_fd = call(__NR_open, (long)self, O_PATH | O_CLOEXEC, 0, 0, 0);
	if (self_fd < 0)
		leave(4);

	while (transfer(__NR_read, 0, &order, sizeof(order)) == 0) {
		struct answer answer = { .start = now() };

		while (answer.done < order.count && once(order.kind) == 0)
			answer.done++;
		answer.end = now();
		if (transfer(__NR_write, 1, &answer, sizeof(answer)))
			break;
	}
	leave(0);
}

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n");
