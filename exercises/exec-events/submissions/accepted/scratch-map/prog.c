// SPDX-License-Identifier: GPL-2.0
/* The smallest buffer, and the warnings go where the values do. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <bpf/libbpf.h>

struct count_event {
	unsigned long long count_value;
	char comm[16];
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	stop = 1;
}

static void on_event(void *ctx, int cpu, void *data, __u32 size)
{
	struct count_event event;

	memcpy(&event, data, sizeof(event));
	fprintf(ctx, "%s: execve number %llu\n", event.comm, event.count_value);
}

static void on_lost(void *ctx, int cpu, __u64 count)
{
	fprintf(ctx, "on processor %d the buffer was too small for %llu records\n", cpu, (unsigned long long)count);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	LIBBPF_OPTS(perf_buffer_opts, opts);
	struct bpf_object *object;
	struct perf_buffer *buffer;
	struct bpf_link *link;

	if (sigaction(SIGINT, &action, NULL) || sigaction(SIGTERM, &action, NULL))
		return 1;
	object = bpf_object__open_file("prog.bpf.o", NULL);
	if (!object || bpf_object__load(object))
		return 1;
	buffer = perf_buffer__new(bpf_map__fd(bpf_object__find_map_by_name(object, "events")), 1, on_event, on_lost, stderr, &opts);
	if (!buffer)
		return 1;
	link = bpf_program__attach(bpf_object__find_program_by_name(object, "execve_entry"));
	if (!link)
		return 1;
	while (!stop) {
		if (perf_buffer__poll(buffer, 500) < 0 && errno != EINTR) {
			perror("perf_buffer__poll");
			return 1;
		}
	}
	bpf_link__destroy(link);
	perf_buffer__free(buffer);
	bpf_object__close(object);
	return 0;
}
