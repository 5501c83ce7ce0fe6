// SPDX-License-Identifier: Apache-2.0
/* A program of user space that behaves as its first argument says. */
#include <cpuid.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t running = 1;

static void stop(int sig) { running = 0; }

/* For how much of its processor time it computes before an event is printed. */
static clock_t toil;

static void on_event(void *ctx, int cpu, void *data, __u32 size)
{
	clock_t start = clock();

	while (clock() - start < toil)
		;
	printf("%llu\n", *(unsigned long long *)data);
}

static void on_lost(void *ctx, int cpu, __u64 lost) { printf("lost %llu\n", (unsigned long long)lost); }

/*
 * Whether an exchange of 16 bytes leaves flags that no comparison makes. It
 * changes the zero flag alone.
 */
static int flags_after_exchange(void)
{
	static unsigned long long memory[2] __attribute__((aligned(16)));
	unsigned int a, b, c, d;
	unsigned long flags, low = 0, high = 0;
	unsigned long one = 1, big = 0x7fffffff;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_CMPXCHG16B))
		return 0;
	asm volatile("pushfq\n\tpopfq\n\t"
		     "addq %[big], %[one]\n\t"
		     "cmpxchg16b %[memory]\n\t"
		     "pushfq\n\tpopq %[flags]"
		     : [flags] "=&r"(flags), [one] "+r"(one), "+a"(low), "+d"(high), [memory] "+m"(memory)
		     : [big] "r"(big), "b"(1UL), "c"(2UL)
		     : "cc");
	/* Interrupts and the bits of the sum and the comparison; see the manual of the processor. */
	return (flags & ~0x2d7UL) != 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	struct bpf_object *obj = bpf_object__open_file("prog.bpf.o", NULL);
	struct bpf_program *program, *slow;
	struct bpf_link *link;
	struct perf_buffer *buffer;
	__u64 start = 100;
	__u32 zero = 0;

	if (!strcmp(how, "flags"))
		return flags_after_exchange();
	if (!strcmp(how, "status"))
		return 3;
	if (!strcmp(how, "crash"))
		abort();
	if (!strcmp(how, "fork"))
		for (;;)
			fork();
	if (!strcmp(how, "flood"))
		for (;;)
			puts("flood");
	if (!strcmp(how, "memory"))
		for (;;)
			memset(malloc(1 << 20), 1, 1 << 20);
	if (!obj)
		return 1;
	slow = bpf_object__find_program_by_name(obj, "on_mkdir");
	bpf_program__set_autoload(slow, !strcmp(how, "restless"));
	if (bpf_object__load(obj))
		return 1;
	if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(obj, "counter"), &zero, &start, BPF_ANY))
		return 1;
	program = bpf_object__find_program_by_name(obj, "on_execve");
	if (!strcmp(how, "restless"))
		for (;;)
			bpf_link__destroy(bpf_program__attach(slow));
	link = bpf_program__attach(program);
	if (!link || !strcmp(how, "pin") && bpf_link__pin(link, "/sys/fs/bpf/link"))
		return 1;
	if (!strcmp(how, "nap"))
		usleep(1);
	buffer = perf_buffer__new(bpf_object__find_map_fd_by_name(obj, "events"), 8, on_event, on_lost, NULL, NULL);
	if (!buffer)
		return 1;
	if (!strcmp(how, "child") && !fork()) {
		signal(SIGINT, SIG_IGN);
		for (;;)
			pause();
	}
	if (strcmp(how, "deaf")) {
		signal(SIGINT, stop);
		signal(SIGTERM, stop);
	} else {
		signal(SIGINT, SIG_IGN);
	}
	printf("terminal %d\n", isatty(1));
	if (!strcmp(how, "slow"))
		toil = CLOCKS_PER_SEC * 15 / 100;
	while (!strcmp(how, "busy") && running)
		perf_buffer__consume(buffer);
	while (!strcmp(how, "nervous"))
		if (perf_buffer__poll(buffer, 1) < 0)
			return errno == EINTR ? 4 : 1;
	while (running)
		if (perf_buffer__poll(buffer, 100) < 0 && errno != EINTR)
			return 1;
	perf_buffer__free(buffer);
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return 0;
}
