// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

struct exec_event {
	__u64 count_value;
};

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

static int handle_event(void *ctx, void *data, size_t size)
{
	const struct exec_event *event = data;

	printf("execve called %llu times\n", event->count_value);
	return 0;
}

int main(void)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct ring_buffer *buffer;
	int err;

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj))
		return 1;
	buffer = ring_buffer__new(bpf_object__find_map_fd_by_name(obj, "events"), handle_event, NULL, NULL);
	if (!buffer)
		return 1;
	bpf_object__for_each_program(prog, obj) {
		if (!bpf_program__attach(prog))
			return 1;
	}
	while (running) {
		err = ring_buffer__poll(buffer, 100);
		if (err < 0 && err != -EINTR)
			return 1;
	}
	ring_buffer__free(buffer);
	bpf_object__close(obj);
	return 0;
}
