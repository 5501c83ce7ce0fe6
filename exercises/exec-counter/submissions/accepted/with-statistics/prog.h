#ifndef PROG_H
#define PROG_H

#define COMM_LEN 16

struct caller {
	__u64 calls;
	char comm[COMM_LEN];
};

#endif
