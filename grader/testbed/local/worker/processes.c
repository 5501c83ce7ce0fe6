/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parent of processes that make system calls for a testbed.
 *
 * Each process is a copy of the parent that never executed anything, so that
 * all its calls are those of its steps. It stays, idle, until the parent has
 * its next orders: nobody else gets its number meanwhile, and whoever looks
 * finds it alive.
 */
#include "call.h"
#include "worker.h"

#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time.h>

/* What the parent and its processes have in common. */
struct stage {
	struct cast cast;
	struct process processes[PROCESSES_MAX];
	struct step steps[STEPS_MAX];
	/* The threads that are there. */
	unsigned int ready;
	/* 0 until all threads are there; then 1, and one more for each step done. */
	unsigned int turn;
};

static struct stage *stage;

/* The stacks of the threads beside the main one, in each process. */
static char stacks[THREADS_MAX][16 << 10] __attribute__((aligned(16)));

static unsigned int read_once(unsigned int *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void add_one(unsigned int *word)
{
	__atomic_fetch_add(word, 1, __ATOMIC_ACQ_REL);
	call(__NR_futex, (long)word, FUTEX_WAKE, 0x7fffffff, 0, 0);
}

/* How often the parent looks whether its processes live, while it waits. */
static const struct { long sec, nsec; } look = { 0, 100000000 };

/* Waits until a word is no longer what it was, or for some time. */
static void wait_change(unsigned int *word, unsigned int was, const void *time)
{
	call(__NR_futex, (long)word, FUTEX_WAIT, was, (long)time, 0);
}

static void rename_thread(const char *comm)
{
	if (comm[0])
		call(__NR_prctl, PR_SET_NAME, (long)comm, 0, 0, 0);
}

#define MISSING "/nonexistent/" NAME

static const char *const argv[] = { NAME, NULL };
static const char *const envp[] = { NULL };

/* Writes the name of the folder that a step makes in its n-th call. */
static void folder_name(char *name, unsigned int step, unsigned int n)
{
	unsigned int numbers[] = { step, n };

	for (int i = 0; i < 2; i++) {
		for (int shift = 28; shift >= 0; shift -= 4)
			*name++ = 'a' + (numbers[i] >> shift & 15);
	}
	*name = 0;
}

/* Makes the n-th call of a step and returns 0 when it ended as its kind says. */
static int once(unsigned int i, unsigned int n)
{
	char folder[17];

	folder_name(folder, i, n);
	switch (stage->steps[i].kind) {
	case CALL_EXECVE_FAILURE:
		return call(__NR_execve, (long)MISSING, (long)argv, (long)envp, 0, 0) + ENOENT;
	case CALL_EXECVEAT_FAILURE:
		return call(__NR_execveat, AT_FDCWD, (long)MISSING, (long)argv, (long)envp, 0) + ENOENT;
	case CALL_MKDIR_SUCCESS:
		return call(__NR_mkdir, (long)folder, 0700, 0, 0, 0);
	case CALL_MKDIR_FAILURE:
		return call(__NR_mkdir, (long)MISSING, 0700, 0, 0, 0) + ENOENT;
	case CALL_MKDIRAT_SUCCESS:
		return call(__NR_mkdirat, AT_FDCWD, (long)folder, 0700, 0, 0);
	case CALL_MKDIRAT_FAILURE:
		return call(__NR_mkdirat, AT_FDCWD, (long)MISSING, 0700, 0, 0) + ENOENT;
	case CALL_RMDIR_FAILURE:
		return call(__NR_rmdir, (long)MISSING, 0, 0, 0, 0) + ENOENT;
	case CALL_UNLINKAT_FAILURE:
		return call(__NR_unlinkat, AT_FDCWD, (long)MISSING, 0, 0, 0) + ENOENT;
	}
	return -EINVAL;
}

static void run_step(unsigned int i)
{
	struct step *step = &stage->steps[i];
	struct answer *answer = &step->answer;

	if (bind_to(step->cpu))
		return;
	rename_thread(step->comm);
	answer->start = now();
	while (answer->done < step->count && once(i, answer->done) == 0)
		answer->done++;
	answer->end = now();
}

/* The life of a thread. */
static _Noreturn void act(unsigned int process, unsigned int thread)
{
	unsigned int turn;

	stage->processes[process].tids[thread] = call(__NR_gettid, 0, 0, 0, 0, 0);
	add_one(&stage->ready);
	for (unsigned int i = 0; i < stage->cast.steps; i++) {
		if (stage->steps[i].process != process || stage->steps[i].thread != thread)
			continue;
		while (turn = read_once(&stage->turn), stage->cast.concurrent ? turn == 0 : turn != i + 1)
			wait_change(&stage->turn, turn, NULL);
		run_step(i);
		add_one(&stage->turn);
	}
	for (;;)
		call(__NR_pause, 0, 0, 0, 0, 0);
}

/* Where a new thread begins: which one of which process is in one word. */
__attribute__((used)) static _Noreturn void begin(unsigned long who)
{
	act(who >> 32, who);
}

/* The new thread has a stack of its own and returns to nobody. */
static long start_thread(unsigned int process, unsigned int thread)
{
	register long tls __asm__("r8") = 0;
	register long tid __asm__("r10") = 0;
	register unsigned long who __asm__("r12") = (unsigned long)process << 32 | thread;
	long ret;

	__asm__ volatile("syscall\n"
			 "	test %%rax, %%rax\n"
			 "	jnz 1f\n"
			 "	xor %%ebp, %%ebp\n"
			 "	mov %%r12, %%rdi\n"
			 "	call begin\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(__NR_clone),
			   "D"(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM),
			   "S"(stacks[thread] + sizeof(stacks[thread])), "d"(0),
			   "r"(tid), "r"(tls), "r"(who)
			 : "rcx", "r11", "memory");
	return ret;
}

/* Gives up the user and group that the parent has for others. */
static int become(unsigned int uid)
{
	if (!uid)
		return 0;
	return call(__NR_setgroups, 0, 0, 0, 0, 0) || call(__NR_setresgid, uid, uid, uid, 0, 0) ||
	       call(__NR_setresuid, uid, uid, uid, 0, 0);
}

static _Noreturn void be_process(unsigned int i, long parent_pid)
{
	struct process *process = &stage->processes[i];

	/* Before the next line, which it would undo. */
	if (become(process->uid))
		leave(3);
	call(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (call(__NR_getppid, 0, 0, 0, 0, 0) != parent_pid)
		leave(1);
	/* The pipes are the parent's. */
	call(__NR_close, 0, 0, 0, 0, 0);
	call(__NR_close, 1, 0, 0, 0, 0);
	rename_thread(process->comm);
	for (unsigned int thread = 1; thread < process->threads; thread++) {
		if (start_thread(i, thread) < 0)
			leave(2);
	}
	act(i, 0);
}

static int valid(void)
{
	struct cast *cast = &stage->cast;

	for (unsigned int i = 0; i < cast->processes; i++) {
		struct process *process = &stage->processes[i];

		if (process->threads < 1 || process->threads > THREADS_MAX)
			return 0;
		process->comm[COMM_SIZE - 1] = 0;
	}
	for (unsigned int i = 0; i < cast->steps; i++) {
		struct step *step = &stage->steps[i];

		if (step->process >= cast->processes || step->thread >= stage->processes[step->process].threads)
			return 0;
		step->comm[COMM_SIZE - 1] = 0;
		step->answer = (struct answer){ 0 };
	}
	return 1;
}

/* Waits for a word to reach a number; fails when a process dies meanwhile. */
static int await(unsigned int *word, unsigned int number)
{
	unsigned int seen;

	while ((seen = read_once(word)) != number) {
		wait_change(word, seen, &look);
		if (read_once(word) == seen && call(__NR_wait4, -1, 0, 1 /* WNOHANG */, 0, 0) > 0)
			return -1;
	}
	return 0;
}

/* Starts the processes and returns when all steps are done. */
static void perform(void)
{
	long pid = call(__NR_getpid, 0, 0, 0, 0, 0);
	unsigned int threads = 0;

	stage->ready = stage->turn = 0;
	for (unsigned int i = 0; i < stage->cast.processes; i++) {
		long child = call(__NR_clone, SIGCHLD, 0, 0, 0, 0);

		if (child == 0)
			be_process(i, pid);
		if (child < 0)
			return;
		stage->processes[i].pid = child;
		threads += stage->processes[i].threads;
	}
	if (await(&stage->ready, threads) == 0) {
		add_one(&stage->turn);
		await(&stage->turn, stage->cast.steps + 1);
	}
}

/* Ends the processes and removes the folders that they made. */
static void dismiss(void)
{
	for (unsigned int i = 0; i < stage->cast.processes; i++) {
		if (stage->processes[i].pid) {
			call(__NR_kill, stage->processes[i].pid, SIGKILL, 0, 0, 0);
			call(__NR_wait4, stage->processes[i].pid, 0, 0x40000000 /* __WALL */, 0, 0);
		}
	}
	for (unsigned int i = 0; i < stage->cast.steps; i++) {
		struct step *step = &stage->steps[i];
		char folder[17];

		if (step->kind != CALL_MKDIR_SUCCESS && step->kind != CALL_MKDIRAT_SUCCESS)
			continue;
		for (unsigned int n = 0; n < step->answer.done; n++) {
			folder_name(folder, i, n);
			call(__NR_rmdir, (long)folder, 0, 0, 0, 0);
		}
	}
	stage->cast.processes = stage->cast.steps = 0;
}

_Noreturn void parent(void)
{
	struct cast cast;
	long memory = call(__NR_mmap, 0, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);

	if (memory < 0 && memory > -4096)
		leave(5);
	stage = (struct stage *)memory;
	call(__NR_prctl, PR_SET_NAME, (long)NAME, 0, 0, 0);

	while (transfer(__NR_read, 0, &cast, sizeof(cast)) == 0) {
		long processes, steps;

		dismiss();
		if (cast.processes > PROCESSES_MAX || cast.steps > STEPS_MAX)
			leave(6);
		stage->cast = cast;
		processes = cast.processes * sizeof(struct process);
		steps = cast.steps * sizeof(struct step);
		if (transfer(__NR_read, 0, stage->processes, processes) ||
		    transfer(__NR_read, 0, stage->steps, steps) || !valid())
			leave(7);
		perform();
		if (transfer(__NR_write, 1, &cast, sizeof(cast)) ||
		    transfer(__NR_write, 1, stage->processes, processes) ||
		    transfer(__NR_write, 1, stage->steps, steps))
			break;
	}
	dismiss();
	leave(0);
}
