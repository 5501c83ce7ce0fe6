/* The object is part of the program, through the header that bpftool makes of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include <bpf/libbpf.h>
#include "prog.h"
#include "prog.skel.h"

static volatile sig_atomic_t exiting;

static void on_signal(int number)
{
	exiting = 1;
}

static void on_record(void *ctx, int cpu, void *data, __u32 size)
{
	const struct execve_record *record = data;

	if (size < sizeof(*record))
		return;
	printf("%-16s wants %-40s this is call %llu\n", record->comm, record->path, (unsigned long long)record->count_value);
}

static void on_lost(void *ctx, int cpu, __u64 count)
{
	fprintf(stderr, "cpu %d: %llu records were lost\n", cpu, (unsigned long long)count);
}

int main(void)
{
	struct prog *skeleton = prog__open_and_load();
	struct perf_buffer *buffer = NULL;
	int err = 1;

	if (!skeleton)
		return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	buffer = perf_buffer__new(bpf_map__fd(skeleton->maps.events), 2, on_record, on_lost, NULL, NULL);
	if (!buffer || prog__attach(skeleton))
		goto out;
	err = 0;
	while (!exiting && !err) {
		err = perf_buffer__poll(buffer, 1000);
		if (err > 0 || err == -EINTR)
			err = 0;
	}
out:
	perf_buffer__free(buffer);
	prog__destroy(skeleton);
	return err != 0;
}
