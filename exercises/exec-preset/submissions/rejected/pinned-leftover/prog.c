// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

int main(void)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct bpf_link *link;
	struct bpf_map *map;
	__u32 key = 0;
	__u64 start = 100;
	int fd;

	/* Makes the map by hand, with values of another size than the object's. */
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "counter", 4, 4, 1, NULL);
	if (fd < 0 || bpf_obj_pin(fd, "/sys/fs/bpf/counter")) {
		perror("pin the map");
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "cannot load the object\n");
		return 1;
	}
	map = bpf_object__find_map_by_name(obj, "counter");
	bpf_map__update_elem(map, &key, sizeof(key), &start, sizeof(start), BPF_ANY);
	prog = bpf_object__find_program_by_name(obj, "handle_execve");
	link = prog ? bpf_program__attach(prog) : NULL;
	if (!link) {
		fprintf(stderr, "cannot attach the program\n");
		return 1;
	}
	while (running)
		pause();
	bpf_link__destroy(link);
	bpf_map__unpin(map, NULL);
	bpf_object__close(obj);
	return 0;
}
