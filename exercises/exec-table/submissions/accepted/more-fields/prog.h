#pragma once

#define TASK_COMM_LEN 16

struct value {
	unsigned int uid;
	/* 4 bytes of nothing */
	unsigned long long first_ns;
	char comm[TASK_COMM_LEN];
	unsigned long long count;
	unsigned char last_cpu;
	/* 7 bytes of nothing */
	unsigned long long last_ns;
};
