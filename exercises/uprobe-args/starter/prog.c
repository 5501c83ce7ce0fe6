// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = 1;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_program *program;

	if (argc != 2) {
		fprintf(stderr, "usage: %s EXECUTABLE\n", argv[0]);
		return 1;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	object = bpf_object__open_file("prog.bpf.o", NULL);
	if (!object)
		return 1;
	if (bpf_object__load(object))
		return 1;
	program = bpf_object__find_program_by_name(object, "on_add_pair");
	if (!program)
		return 1;

	/* Attach the program to the function add_pair of argv[1], and wait here until a signal has set stopped. */

	bpf_object__close(object);
	return 0;
}
