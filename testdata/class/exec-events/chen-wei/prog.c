#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <bpf/libbpf.h>
#include "prog.skel.h"

struct output {
	__u32 tgid;
	__u32 uid;
	__u64 count_value;
};

static volatile sig_atomic_t done;

static void on_signal(int number) { done = 1; }

static void on_output(void *ctx, int cpu, void *data, __u32 size)
{
	struct output *out = data;

	printf("count: %llu\n", out->count_value);
}

static void on_lost(void *ctx, int cpu, __u64 lost)
{
	printf("lost: %llu\n", lost);
}

int main(void)
{
	struct prog *skel = prog__open_and_load();
	struct perf_buffer *pb;
	int n;

	if (!skel)
		return 1;
	pb = perf_buffer__new(bpf_map__fd(skel->maps.events), 8, on_output, on_lost, NULL, NULL);
	if (!pb || prog__attach(skel))
		return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	do {
		n = perf_buffer__poll(pb, 200);
	} while (!done && (n >= 0 || n == -EINTR));
	perf_buffer__free(pb);
	prog__destroy(skel);
	return 0;
}
