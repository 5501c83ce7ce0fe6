// SPDX-License-Identifier: GPL-2.0
/* Says so for each hundred lost records, and for those that remain. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "prog.h"

#define PAGES 8
#define PORTION 100

static struct bpf_object *obj;
static struct bpf_link *link;
static struct perf_buffer *pb;
static volatile sig_atomic_t caught;

static void catch(int sig)
{
	caught = sig;
}

static void clean_up(void)
{
	perf_buffer__free(pb);
	bpf_link__destroy(link);
	bpf_object__close(obj);
}

static void handle_msg(void *ctx, int cpu, void *data, __u32 len)
{
	msg_t *msg = data;

	printf("count %llu\n", msg->count_value);
}

static void handle_lost(void *ctx, int cpu, __u64 left)
{
	while (left > 0) {
		__u64 now = left < PORTION ? left : PORTION;

		fprintf(stderr, "warning: CPU %d lost %llu messages\n", cpu, now);
		left -= now;
	}
}

int main(void)
{
	atexit(clean_up);
	signal(SIGINT, catch);
	signal(SIGTERM, catch);

	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj))
		return 1;
	pb = perf_buffer__new(bpf_object__find_map_fd_by_name(obj, "events"), PAGES, handle_msg, handle_lost, NULL, NULL);
	if (!pb)
		return 1;
	link = bpf_program__attach(bpf_object__find_program_by_name(obj, "kprobe_execve"));
	if (!link)
		return 1;
	while (!caught) {
		int n = perf_buffer__poll(pb, 100);

		if (n < 0 && n != -EINTR)
			return 1;
	}
	return 0;
}
