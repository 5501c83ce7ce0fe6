#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, int);
  __type(value, int);
} counter SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int execve_counter(struct trace_event_raw_sys_enter *ctx) {
  int key = 0;
  int *count = bpf_map_lookup_elem(&counter, &key);

  if (!count)
    return 0;

  (*count)++;
  bpf_printk("execve called %d times", *count);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
