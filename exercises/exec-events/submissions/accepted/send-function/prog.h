#ifndef PROG_H_
#define PROG_H_

typedef struct {
	unsigned int pid;
	unsigned long long count_value;
} msg_t;

#endif
