// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <linux/perf_event.h>
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

struct sample {
	struct perf_event_header header;
	__u32 size;
	char data[];
};

struct lost {
	struct perf_event_header header;
	__u64 id;
	__u64 count;
};

static enum bpf_perf_event_ret handle_raw(void *ctx, int cpu, struct perf_event_header *header)
{
	if (header->type == PERF_RECORD_SAMPLE) {
		struct sample *sample = (void *)header;

		handle_event(ctx, cpu, sample->data, sample->size);
	} else if (header->type == PERF_RECORD_LOST) {
		handle_lost(ctx, cpu, ((struct lost *)header)->count);
	}
	return LIBBPF_PERF_EVENT_CONT;
}

int main(void)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct perf_buffer *buffer;
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.wakeup_events = 1,
	};
	int cpus[1], keys[1];
	LIBBPF_OPTS(perf_buffer_raw_opts, opts, .cpu_cnt = 1, .cpus = cpus, .map_keys = keys);
	int err;

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj))
		return 1;
	cpus[0] = 0;
	keys[0] = 0;
	buffer = perf_buffer__new_raw(bpf_object__find_map_fd_by_name(obj, "events"), 8, &attr, handle_raw, NULL, &opts);
	if (!buffer)
		return 1;
	bpf_object__for_each_program(prog, obj) {
		if (!bpf_program__attach(prog))
			return 1;
	}
	while (running) {
		err = perf_buffer__poll(buffer, 100);
		if (err < 0 && err != -EINTR)
			return 1;
	}
	perf_buffer__free(buffer);
	bpf_object__close(obj);
	return 0;
}
