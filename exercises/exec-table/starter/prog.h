#ifndef PROG_H
#define PROG_H

/*
 * What is known about one process. The kernel side fills it in, and user space
 * reads it: both sides include this file.
 */
struct value {
	unsigned long long count;
	/* last_ns and comm go here. */
};

#endif
