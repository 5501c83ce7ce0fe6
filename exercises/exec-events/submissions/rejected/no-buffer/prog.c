// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "prog.h"

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

static void handle_event(void *ctx, int cpu, void *data, __u32 size)
{
	const struct exec_event *event = data;

	printf("execve called %llu times\n", event->count_value);
}

static void handle_lost(void *ctx, int cpu, __u64 count)
{
	fprintf(stderr, "lost %llu records on CPU %d\n", count, cpu);
}

int main(void)
{
	struct bpf_object *obj;
	struct bpf_program *prog;

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj))
		return 1;
	bpf_object__for_each_program(prog, obj) {
		if (!bpf_program__attach(prog))
			return 1;
	}
	while (running)
		pause();
	bpf_object__close(obj);
	return 0;
}
