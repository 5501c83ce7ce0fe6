// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
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

static void handle_lost(void *ctx, int cpu, __u64 count)
{
	fprintf(stderr, "WARNING: lost %llu events on CPU #%d\n", count, cpu);
	running = 0;
}

int main(void)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct bpf_link *link;
	struct perf_buffer *pb;
	int map, err;

	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj) {
		perror("bpf_object__open_file");
		return 1;
	}
	if (bpf_object__load(obj)) {
		perror("bpf_object__load");
		bpf_object__close(obj);
		return 1;
	}
	prog = bpf_object__find_program_by_name(obj, "on_execve");
	link = prog ? bpf_program__attach(prog) : NULL;
	if (!link) {
		perror("bpf_program__attach");
		bpf_object__close(obj);
		return 1;
	}
	signal(SIGINT, handle_sig);
	signal(SIGTERM, handle_sig);

	map = bpf_object__find_map_fd_by_name(obj, "events");
	if (map < 0) {
		fprintf(stderr, "no map events: %s\n", strerror(errno));
		return 1;
	}
	pb = perf_buffer__new(map, 8, handle_event, handle_lost, NULL, NULL);
	if (!pb) {
		fprintf(stderr, "no perf buffer: %s\n", strerror(errno));
		return 1;
	}
	printf("Program loaded. Press Ctrl+C to exit.\n");
	while (running) {
		err = perf_buffer__poll(pb, 100);
		if (err < 0 && err != -EINTR) {
			printf("Polling error %d\n", err);
			break;
		}
	}
	perf_buffer__free(pb);
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return 0;
}
