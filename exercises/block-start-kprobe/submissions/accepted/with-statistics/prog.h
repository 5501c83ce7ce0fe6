#ifndef PROG_H
#define PROG_H

struct disk_stat {
	__u64 started;
	__u64 ended;
};

#endif
