/*
 * The buffers are emptied one after the other, four times a second. Records of
 * the smallest size leave no room beside them for what is lost.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "prog.h"

static volatile sig_atomic_t ending;

static void end(int sig)
{
	ending = 1;
}

static void received(void *ctx, int cpu, void *data, __u32 size)
{
	const struct exec_event *event = data;

	printf("%llu\n", event->count_value);
}

static void missed(void *ctx, int cpu, __u64 number)
{
	printf("%llu records were missed\n", (unsigned long long)number);
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 250 * 1000 * 1000 };
	struct bpf_object *object = bpf_object__open("prog.bpf.o");
	struct perf_buffer *buffers;
	struct bpf_link *link;
	size_t i;

	signal(SIGINT, end);
	signal(SIGTERM, end);
	if (!object || bpf_object__load(object))
		return 1;
	buffers = perf_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), 8, received, missed, NULL, NULL);
	if (!buffers)
		return 1;
	link = bpf_program__attach(bpf_object__find_program_by_name(object, "entered"));
	if (!link)
		return 1;
	while (!ending) {
		nanosleep(&pause, NULL);
		for (i = 0; i < perf_buffer__buffer_cnt(buffers); i++)
			perf_buffer__consume_buffer(buffers, i);
	}
	bpf_link__destroy(link);
	perf_buffer__free(buffers);
	bpf_object__close(object);
	return 0;
}
