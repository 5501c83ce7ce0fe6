// SPDX-License-Identifier: GPL-2.0
/* Opens the performance event that a uprobe is, and gives it the program, without a link. */
#include <fcntl.h>
#include <gelf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

/* Returns where a function begins in the file, or 0. */
static size_t find_function(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	Elf_Scn *section = NULL;
	size_t offset = 0;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	while (elf && !offset && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header, code;
		GElf_Sym symbol;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		for (int i = 0; gelf_getsym(elf_getdata(section, NULL), i, &symbol); i++) {
			const char *found = elf_strptr(elf, header.sh_link, symbol.st_name);

			if (found && !strcmp(found, name) && gelf_getshdr(elf_getscn(elf, symbol.st_shndx), &code))
				offset = symbol.st_value - code.sh_addr + code.sh_offset;
		}
	}
	elf_end(elf);
	close(fd);
	return offset;
}

/* Returns the number by which the kernel knows uprobes, or -1. */
static int event_type(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/uprobe/type", "r");
	int type = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &type) != 1)
		type = -1;
	fclose(f);
	return type;
}

int main(int argc, char **argv)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	struct bpf_object *obj;
	int event, type = event_type();

	if (argc != 2 || type < 0)
		return 1;
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj))
		return 1;
	attr.type = type;
	attr.uprobe_path = (unsigned long)argv[1];
	attr.probe_offset = find_function(argv[1], "add_pair");
	event = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0) {
		perror("perf_event_open");
		return 1;
	}
	if (ioctl(event, PERF_EVENT_IOC_SET_BPF, bpf_program__fd(bpf_object__find_program_by_name(obj, "on_add_pair"))) ||
	    ioctl(event, PERF_EVENT_IOC_ENABLE, 0)) {
		perror("ioctl");
		return 1;
	}
	while (running)
		pause();
	close(event);
	bpf_object__close(obj);
	return 0;
}
