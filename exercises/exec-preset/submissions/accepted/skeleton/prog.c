// SPDX-License-Identifier: GPL-2.0
/* The object is part of the program, through the header that bpftool makes of it. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include "prog.skel.h"

int main(void)
{
	struct prog *skeleton;
	struct pollfd waits = { .events = POLLIN };
	__u64 hundred = 100;
	sigset_t set;
	int failed = 1;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	waits.fd = signalfd(-1, &set, 0);

	skeleton = prog__open_and_load();
	if (!skeleton)
		return 1;
	if (bpf_map__update_elem(skeleton->maps.counter, &(__u32){ 0 }, sizeof(__u32), &hundred, sizeof(hundred), 0))
		goto out;
	if (prog__attach(skeleton))
		goto out;
	failed = poll(&waits, 1, -1) != 1;
out:
	prog__destroy(skeleton);
	return failed;
}
