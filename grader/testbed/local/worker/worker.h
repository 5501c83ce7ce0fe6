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

#endif
