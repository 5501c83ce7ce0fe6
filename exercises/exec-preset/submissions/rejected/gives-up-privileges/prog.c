// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <linux/capability.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

/* Keeps no privilege, as a careful service does, but does so too early. */
static void drop_privileges(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2];

	memset(none, 0, sizeof(none));
	syscall(SYS_capset, &header, none);
}

int main(void)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct bpf_link *link;
	struct bpf_map *map;
	__u32 key = 0;
	__u64 start = 100;

	drop_privileges();
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "cannot load the object\n");
		return 1;
	}
	map = bpf_object__find_map_by_name(obj, "counter");
	if (bpf_map__update_elem(map, &key, sizeof(key), &start, sizeof(start), BPF_ANY))
		return 1;
	prog = bpf_object__find_program_by_name(obj, "handle_execve");
	link = prog ? bpf_program__attach(prog) : NULL;
	if (!link) {
		fprintf(stderr, "cannot attach the program\n");
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	while (running)
		pause();
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return 0;
}
