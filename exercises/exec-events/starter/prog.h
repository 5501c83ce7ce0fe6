#ifndef PROG_H
#define PROG_H

/*
 * One record, as the kernel side sends it and user space receives it.
 * Both sides include this file.
 */
struct exec_event {
	unsigned long long count_value;
};

#endif
