// SPDX-License-Identifier: GPL-2.0
/* A thread receives the records, while the first one waits for a signal. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include <bpf/libbpf.h>

struct header {
	unsigned int pid;
	unsigned int uid;
	unsigned long long count_value;
};

struct exec_event {
	char comm[16];
	struct header header;
};

static atomic_bool ended;

static void on_event(void *ctx, int cpu, void *data, __u32 size)
{
	const struct exec_event *event = data;

	printf("%.16s\t%llu\n", event->comm, event->header.count_value);
}

static void on_lost(void *ctx, int cpu, __u64 count)
{
	printf("warning\tlost %llu\n", count);
}

static void *receive(void *buffer)
{
	int err;

	while (!ended) {
		err = perf_buffer__poll(buffer, 100);
		if (err < 0 && err != -EINTR) {
			fprintf(stderr, "poll failed\n");
			break;
		}
	}
	return NULL;
}

int main(void)
{
	struct bpf_object *object = bpf_object__open_file("prog.bpf.o", NULL);
	struct perf_buffer *buffer;
	struct bpf_program *program;
	struct bpf_link *link;
	pthread_t thread;
	sigset_t signals;
	int number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	if (!object || bpf_object__load(object))
		return 1;
	program = bpf_object__find_program_by_name(object, "handle_execve");
	buffer = perf_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), 8, on_event, on_lost, NULL, NULL);
	link = program ? bpf_program__attach(program) : NULL;
	if (!buffer || !link || pthread_create(&thread, NULL, receive, buffer))
		return 1;
	sigwait(&signals, &number);
	ended = 1;
	pthread_join(thread, NULL);
	bpf_link__destroy(link);
	perf_buffer__free(buffer);
	bpf_object__close(object);
	return 0;
}
