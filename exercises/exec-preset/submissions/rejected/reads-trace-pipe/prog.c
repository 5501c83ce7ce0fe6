// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

/* prints the lines of bpf_printk as they come */
static int print_trace(void)
{
	char line[4096];
	int pipe = open("/sys/kernel/debug/tracing/trace_pipe", O_RDONLY);
	ssize_t n;

	if (pipe < 0) {
		perror("trace_pipe");
		return -1;
	}
	n = read(pipe, line, sizeof(line));
	if (n > 0)
		n = write(STDOUT_FILENO, line, n);
	close(pipe);
	return n < 0 && running ? -1 : 0;
}

int main(void)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct bpf_link *link;
	struct bpf_map *map;
	__u32 key = 0;
	__u64 start = 100;

	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj) {
		fprintf(stderr, "cannot open the object\n");
		return 1;
	}
	if (bpf_object__load(obj)) {
		fprintf(stderr, "cannot load the object\n");
		return 1;
	}
	map = bpf_object__find_map_by_name(obj, "counter");
	if (!map || bpf_map__update_elem(map, &key, sizeof(key), &start, sizeof(start), BPF_ANY)) {
		fprintf(stderr, "cannot set the counter\n");
		return 1;
	}
	prog = bpf_object__find_program_by_name(obj, "handle_execve");
	link = prog ? bpf_program__attach(prog) : NULL;
	if (!link) {
		fprintf(stderr, "cannot attach the program\n");
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	while (running && !print_trace())
		;
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return 0;
}
