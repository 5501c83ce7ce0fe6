// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
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
	struct perf_buffer *buffer;
	int err;

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj))
		return 1;
	bpf_object__for_each_program(prog, obj) {
		if (!bpf_program__attach(prog))
			return 1;
	}
	printf("attached\n");
	usleep(1000); /* let it settle */
	buffer = perf_buffer__new(bpf_object__find_map_fd_by_name(obj, "events"), 8, handle_event, handle_lost, NULL, NULL);
	if (!buffer)
		return 1;
	while (running) {
		err = perf_buffer__poll(buffer, 100);
		if (err < 0 && err != -EINTR)
			return 1;
	}
	perf_buffer__free(buffer);
	bpf_object__close(obj);
	return 0;
}
