// SPDX-License-Identifier: GPL-2.0
/* The object is part of the program, and the signal is waited for, not handled. */
#include <signal.h>
#include <stdio.h>
#include <bpf/libbpf.h>
#include "prog.skel.h"

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = "add_pair");
	struct prog *skeleton;
	sigset_t set;
	int number, status = 1;

	if (argc != 2)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);

	skeleton = prog__open_and_load();
	if (!skeleton)
		return 1;
	skeleton->links.on_add_pair = bpf_program__attach_uprobe_opts(skeleton->progs.on_add_pair, -1, argv[1], 0, &opts);
	if (!skeleton->links.on_add_pair)
		goto out;
	status = sigwait(&set, &number);
out:
	prog__destroy(skeleton);
	return status;
}
