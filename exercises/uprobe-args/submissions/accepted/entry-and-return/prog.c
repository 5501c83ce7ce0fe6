// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = "add_pair");
	LIBBPF_OPTS(bpf_uprobe_opts, at_return, .func_name = "add_pair", .retprobe = true);
	struct bpf_object *obj;
	struct bpf_program *enter, *leave;
	struct bpf_link *first, *second;

	if (argc != 2) {
		fprintf(stderr, "usage: %s EXECUTABLE\n", argv[0]);
		return 1;
	}
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "cannot load the object\n");
		return 1;
	}
	enter = bpf_object__find_program_by_name(obj, "enter");
	leave = bpf_object__find_program_by_name(obj, "leave");
	/* First the return, which finds nothing and does nothing until the entry is there. */
	first = bpf_program__attach_uprobe_opts(leave, -1, argv[1], 0, &at_return);
	second = bpf_program__attach_uprobe_opts(enter, -1, argv[1], 0, &opts);
	if (!first || !second) {
		fprintf(stderr, "cannot attach the programs\n");
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	while (running)
		sleep(1);
	bpf_link__destroy(second);
	bpf_link__destroy(first);
	bpf_object__close(obj);
	return 0;
}
