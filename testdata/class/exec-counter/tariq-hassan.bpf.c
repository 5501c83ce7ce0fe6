#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 8);
  __type(key, unsigned int);
  __type(value, unsigned long);
} counter SEC(".maps");

SEC("kprobe/__x64_sys_execve")
int BPF_KPROBE(sys_execve_entry, struct pt_regs *regs) {
  unsigned int key = 0;
  unsigned long *times = bpf_map_lookup_elem(&counter, &key);

  if (times) {
    (*times)++;
    bpf_printk("execve called %lu times", *times);
  }

  return 0;
}
