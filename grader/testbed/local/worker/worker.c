/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that calls execve for a testbed.
 *
 * It is started once for each processor, before anything of a submission is
 * loaded, binds itself to that processor and then obeys orders on its standard
 * input. It has no C library: nothing runs here but what is written here, and
 * a call costs no more than the kernel's own work.
 *
 *   worker CPU         reads orders, answers each, ends at the end of its input
 *   worker processes   starts processes that make calls, see processes.c
 *   worker             ends at once: this is what it executes
 */

#include "call.h"
#include "worker.h"

#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time.h>

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

int bind_to(unsigned long cpu)
{
	unsigned long mask[CPUS_MAX / (8 * sizeof(long))] = { 0 };

	if (cpu >= CPUS_MAX)
		return -1;
	mask[cpu / 64] = 1UL << (cpu % 64);
	return call(__NR_sched_setaffinity, 0, sizeof(mask), (long)mask, 0, 0);
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
	struct order order;

	if (argc < 2)
		leave(0);
	if (args[1][0] == 'p')
		parent();

	if (bind_to(number(args[1])))
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
