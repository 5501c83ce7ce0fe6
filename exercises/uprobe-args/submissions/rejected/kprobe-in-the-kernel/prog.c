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
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct bpf_link *link;

	if (argc != 2) {
		fprintf(stderr, "usage: %s EXECUTABLE\n", argv[0]);
		return 1;
	}
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "cannot load the object\n");
		return 1;
	}
	prog = bpf_object__find_program_by_name(obj, "on_add_pair");
	link = prog ? bpf_program__attach(prog) : NULL;
	if (!link) {
		fprintf(stderr, "cannot attach the program\n");
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	while (running)
		sleep(1);
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return 0;
}
