// SPDX-License-Identifier: GPL-2.0
/* It never waits: it looks for records all the time. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include <bpf/libbpf.h>

struct exec_event {
	unsigned long long count_value;
	unsigned long long time;
};

static volatile sig_atomic_t end;

static void on_signal(int number)
{
	end = 1;
}

static void on_event(void *ctx, int cpu, void *data, __u32 size)
{
	struct exec_event *event = data;

	printf("\033[1m%llu\033[0m\n", event->count_value);
}

static void on_lost(void *ctx, int cpu, __u64 count)
{
	printf("\033[31mCPU%d lost %llu records\033[0m\n", cpu, count);
}

int main(void)
{
	struct bpf_object *object = bpf_object__open_file("prog.bpf.o", NULL);
	struct perf_buffer *buffer;
	struct bpf_link *link;
	int n = 0;

	if (!object || bpf_object__load(object))
		return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	link = bpf_program__attach(bpf_object__find_program_by_name(object, "handle_execve"));
	buffer = perf_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), 8, on_event, on_lost, NULL, NULL);
	if (!link || !buffer)
		return 1;
	while (!end && (n >= 0 || n == -EINTR))
		n = perf_buffer__poll(buffer, 0);
	bpf_link__destroy(link);
	perf_buffer__free(buffer);
	bpf_object__close(object);
	return !end;
}
