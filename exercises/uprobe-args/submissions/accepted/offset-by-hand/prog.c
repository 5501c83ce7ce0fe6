// SPDX-License-Identifier: GPL-2.0
/* Finds the function in the symbol table itself, and attaches by its offset in the file. */
#include <fcntl.h>
#include <gelf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t running = 1;

static void stop(int signal)
{
	running = 0;
}

/* Returns where the byte at an address is in the file, or 0. */
static size_t file_offset(Elf *elf, GElf_Addr address)
{
	GElf_Phdr segment;
	size_t count;

	if (elf_getphdrnum(elf, &count))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (gelf_getphdr(elf, i, &segment) && segment.p_type == PT_LOAD && (segment.p_flags & PF_X) &&
		    address >= segment.p_vaddr && address < segment.p_vaddr + segment.p_filesz)
			return address - segment.p_vaddr + segment.p_offset;
	}
	return 0;
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
		GElf_Shdr header;
		Elf_Data *data;
		GElf_Sym symbol;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(section, NULL);
		for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
			const char *found = elf_strptr(elf, header.sh_link, symbol.st_name);

			if (found && !strcmp(found, name) && GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
				offset = file_offset(elf, symbol.st_value);
		}
	}
	elf_end(elf);
	close(fd);
	return offset;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	struct bpf_link *link;
	size_t offset;

	if (argc < 2)
		return 1;
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	offset = find_function(argv[1], "add_pair");
	if (!offset) {
		fprintf(stderr, "%s has no function add_pair\n", argv[1]);
		return 1;
	}
	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj || bpf_object__load(obj))
		return 1;
	prog = bpf_object__find_program_by_name(obj, "on_add_pair");
	link = bpf_program__attach_uprobe(prog, false, -1, argv[1], offset);
	if (!link)
		return 1;
	while (running)
		pause();
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return 0;
}
