// SPDX-License-Identifier: GPL-2.0
/* Attaches all programs of the object, and receives the signal as a file descriptor. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#define PROGRAMS 2

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = "add_pair");
	struct pollfd waits = { .events = POLLIN };
	struct bpf_link *links[PROGRAMS] = {};
	struct bpf_program *prog;
	struct bpf_object *obj;
	sigset_t set;
	int n = 0, failed = 1;

	if (argc != 2)
		return 1;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	waits.fd = signalfd(-1, &set, SFD_CLOEXEC);

	obj = bpf_object__open_file("prog.bpf.o", NULL);
	if (!obj)
		return 1;
	if (bpf_object__load(obj))
		goto out;
	bpf_object__for_each_program(prog, obj) {
		links[n] = bpf_program__attach_uprobe_opts(prog, -1, argv[1], 0, &opts);
		if (!links[n++])
			goto out;
	}
	while (poll(&waits, 1, 1000) == 0)
		;
	failed = 0;
out:
	while (n > 0)
		bpf_link__destroy(links[--n]);
	bpf_object__close(obj);
	return failed;
}
