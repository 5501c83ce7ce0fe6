// SPDX-License-Identifier: GPL-2.0
/* A perf buffer without libbpf's: an event for each processor, mapped and read here. */
#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "prog.h"

#define MAX_CPUS 64
#define PAGE 4096
#define PAGES 8
#define SIZE (PAGE * PAGES)

struct record {
	struct perf_event_header header;
	union {
		struct {
			__u32 size;
			char data[64];
		} sample;
		struct {
			__u64 id;
			__u64 count;
		} lost;
	};
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = 1;
}

static int open_buffer(int map, __u32 cpu, struct perf_event_mmap_page **page)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.wakeup_events = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return -1;
	*page = mmap(NULL, PAGE + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (*page == MAP_FAILED || bpf_map_update_elem(map, &cpu, &fd, BPF_ANY) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		return -1;
	return fd;
}

/* A record can begin at the end of the ring and go on at its beginning. */
static void copy(void *to, const char *ring, __u64 from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = ring[(from + i) % SIZE];
}

static void empty(struct perf_event_mmap_page *page, int cpu)
{
	__u64 head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	__u64 tail = page->data_tail;
	const char *ring = (const char *)page + PAGE;

	while (tail < head) {
		struct record record;
		struct exec_event event;

		copy(&record.header, ring, tail, sizeof(record.header));
		copy(&record, ring, tail, record.header.size < sizeof(record) ? record.header.size : sizeof(record));
		tail += record.header.size;
		if (record.header.type == PERF_RECORD_SAMPLE) {
			memcpy(&event, record.sample.data, sizeof(event));
			printf("execve called %llu times\n", event.count_value);
		} else if (record.header.type == PERF_RECORD_LOST) {
			printf("%llu records of CPU %d were lost\n", (unsigned long long)record.lost.count, cpu);
		}
	}
	__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
}

int main(void)
{
	struct perf_event_mmap_page *pages[MAX_CPUS];
	struct pollfd polls[MAX_CPUS];
	struct bpf_object *object;
	struct bpf_link *link;
	int map, cpus = libbpf_num_possible_cpus();

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	object = bpf_object__open_file("prog.bpf.o", NULL);
	if (!object || bpf_object__load(object) || cpus > MAX_CPUS)
		return 1;
	map = bpf_object__find_map_fd_by_name(object, "events");
	for (int i = 0; i < cpus; i++) {
		polls[i].events = POLLIN;
		polls[i].fd = open_buffer(map, i, &pages[i]);
		if (polls[i].fd < 0) {
			perror("perf event");
			return 1;
		}
	}
	link = bpf_program__attach(bpf_object__find_program_by_name(object, "handle_execve"));
	if (!link)
		return 1;
	while (!stopped) {
		if (poll(polls, cpus, 1000) > 0)
			for (int i = 0; i < cpus; i++)
				empty(pages[i], i);
	}
	bpf_link__destroy(link);
	bpf_object__close(object);
	return 0;
}
