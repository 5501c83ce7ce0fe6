// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "prog.h"

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = 1;
}

/* Called for each record: print the value that it carries. */
static void handle_event(void *ctx, int cpu, void *data, __u32 size)
{
}

/* Called when records were lost: print a warning that says how many. */
static void handle_lost(void *ctx, int cpu, __u64 count)
{
}

int main(void)
{
	struct bpf_object *object;
	struct bpf_program *program;
	struct bpf_link *link;

	object = bpf_object__open_file("prog.bpf.o", NULL);
	if (!object)
		return 1;
	if (bpf_object__load(object))
		return 1;
	program = bpf_object__find_program_by_name(object, "handle_execve");
	if (!program)
		return 1;

	/* Here, make a perf buffer for the map events, with the two functions above. */

	link = bpf_program__attach(program);
	if (!link)
		return 1;

	/* Here, poll the buffer until SIGINT or SIGTERM, both of which call on_signal. */

	bpf_link__destroy(link);
	bpf_object__close(object);
	return 0;
}
