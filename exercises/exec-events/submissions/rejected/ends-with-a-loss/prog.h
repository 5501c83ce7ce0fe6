#ifndef __PROG_H
#define __PROG_H

/* what the kernel side sends to user space */
struct exec_event {
	unsigned long long count_value;
};

#endif /* __PROG_H */
