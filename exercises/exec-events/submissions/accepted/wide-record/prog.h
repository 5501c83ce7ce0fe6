#pragma once

#define NAME_LEN 16
#define PATH_LEN 64

struct execve_record {
	__u32 pid;
	__u32 uid;
	char comm[NAME_LEN];
	__u64 count_value;
	char path[PATH_LEN];
};
