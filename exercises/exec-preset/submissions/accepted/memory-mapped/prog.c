// SPDX-License-Identifier: GPL-2.0
/* The map lies in this program's memory and is written to like an array. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static volatile sig_atomic_t done;

static void finish(int number) { done = number; }

int main(void)
{
	struct sigaction action = { .sa_handler = finish };
	struct bpf_object *object;
	struct bpf_link *link;
	struct bpf_map *map;
	__u64 *counters;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	object = bpf_object__open_file("prog.bpf.o", NULL);
	if (!object || bpf_object__load(object))
		return 1;
	map = bpf_object__find_map_by_name(object, "counter");
	counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (counters == MAP_FAILED) {
		fprintf(stderr, "mmap: %s\n", strerror(errno));
		return 1;
	}
	counters[0] = 100;
	link = bpf_program__attach_raw_tracepoint(bpf_object__find_program_by_name(object, "on_call"), "sys_enter");
	if (!link)
		return 1;
	while (!done) {
		printf("%llu calls\n", counters[0] - 100);
		sleep(2);
	}
	bpf_link__destroy(link);
	munmap(counters, 4096);
	bpf_object__close(object);
	return 0;
}
