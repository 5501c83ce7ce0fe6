#ifndef PROG_H
#define PROG_H

struct value {
	unsigned long long count;
	unsigned long long last_ns;
	char comm[16];
};

#endif
