// SPDX-License-Identifier: GPL-2.0
// Anna Lindqvist, exercise 4
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "prog.h"

static volatile sig_atomic_t running = 1;

static void handle_sig(int sig)
{
	running = 0;
}

static void handle_event(void *ctx, int cpu, void *data, unsigned int size)
{
	struct exec_event *event = data;

	printf("execve called %llu times\n", event->count_value);
}

static void handle_lost(void *ctx, int cpu, __u64 lost)
{
	fprintf(stderr, "warning: %llu events lost on CPU %d\n", lost, cpu);
}

int main(void)
{
	struct bpf_object *obj = bpf_object__open_file("prog.bpf.o", NULL);
	struct bpf_program *prog;
	struct bpf_link *link;
	struct perf_buffer *pb;
	int err = 0;

	if (!obj || bpf_object__load(obj))
		return 1;
	signal(SIGINT, handle_sig);
	signal(SIGTERM, handle_sig);

	pb = perf_buffer__new(bpf_object__find_map_fd_by_name(obj, "events"), 8, handle_event, handle_lost, NULL, NULL);
	if (!pb) {
		perror("perf_buffer__new");
		return 1;
	}
	prog = bpf_object__find_program_by_name(obj, "handle_execve");
	link = bpf_program__attach(prog);
	if (!link) {
		perror("bpf_program__attach");
		return 1;
	}
	while (running) {
		err = perf_buffer__poll(pb, 100);
		if (err < 0 && err != -EINTR)
			break;
	}
	perf_buffer__free(pb);
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return running;
}
