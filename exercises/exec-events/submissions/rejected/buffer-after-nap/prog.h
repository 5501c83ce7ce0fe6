#ifndef PROG_H
#define PROG_H

struct exec_event {
	unsigned long long count_value;
};

#endif
