#ifndef __PROG_H
#define __PROG_H

#include <linux/types.h>

typedef struct value {
    __u8  comm[16];
    __s64 count;
    __u64 last_ns;
} value_t;

#endif
