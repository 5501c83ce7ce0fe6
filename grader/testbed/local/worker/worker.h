/* SPDX-License-Identifier: Apache-2.0 */
/* What passes between a testbed and its workers; see workers.go. */
#ifndef WORKER_H
#define WORKER_H

#define CPUS_MAX 1024

/* The numbers of testbed.ExecKind. */
enum kind {
	EXEC_SUCCESS = 1,
	EXEC_FAILURE,
	EXECVEAT_SUCCESS,
	EXECVEAT_FAILURE,
};

struct order {
	unsigned int kind;
	unsigned int count;
};

struct answer {
	unsigned long long start, end; /* CLOCK_MONOTONIC, ns */
	unsigned long long done;
};

/*
 * And what passes between it and the parent of processes; see processes.go. A
 * cast is followed by its processes and its steps. The answer is the same
 * again, with what is known then.
 */
#define PROCESSES_MAX 16
#define THREADS_MAX 8
#define STEPS_MAX 256
#define COMM_SIZE 16

/* The numbers of testbed.CallKind. */
enum call_kind {
	CALL_EXECVE_FAILURE = 1,
	CALL_EXECVEAT_FAILURE,
	CALL_MKDIR_SUCCESS,
	CALL_MKDIR_FAILURE,
	CALL_MKDIRAT_SUCCESS,
	CALL_MKDIRAT_FAILURE,
	CALL_RMDIR_FAILURE,
	CALL_UNLINKAT_FAILURE,
};

struct cast {
	unsigned int processes, steps;
	unsigned int concurrent;
};

struct process {
	char comm[COMM_SIZE];
	unsigned int uid;		/* and gid; 0: as the parent */
	unsigned int threads;
	unsigned int pid;		/* answered, with the tids */
	unsigned int tids[THREADS_MAX];	/* the first is the main thread's */
};

struct step {
	unsigned int process, thread;
	unsigned int cpu, kind, count;
	char comm[COMM_SIZE];		/* empty: the thread keeps its name */
	unsigned int reserved;
	struct answer answer;		/* answered */
};

_Noreturn void parent(void);

#endif
