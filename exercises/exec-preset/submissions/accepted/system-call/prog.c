// SPDX-License-Identifier: GPL-2.0
/* The map is set with the system call itself, and the program ends on a signal that it waits for. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <bpf/libbpf.h>

static int set(int fd, uint32_t key, uint64_t value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	attr.flags = BPF_ANY;
	return syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

int main(void)
{
	struct bpf_object *object = bpf_object__open("prog.bpf.o");
	struct bpf_link *link;
	sigset_t ends;
	int received;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);

	if (!object || bpf_object__load(object) < 0)
		return 2;
	if (set(bpf_object__find_map_fd_by_name(object, "counter"), 0, 100)) {
		perror("bpf");
		return 2;
	}
	link = bpf_program__attach(bpf_object__next_program(object, NULL));
	if (!link)
		return 2;
	puts("counting from 100");
	sigwait(&ends, &received);
	bpf_link__destroy(link);
	bpf_object__close(object);
	return 0;
}
