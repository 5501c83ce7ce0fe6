#include "vmlinux.h"
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL v2";

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 1);
} counter SEC(".maps");

// args[0] is the registers of the caller, args[1] the number of the call
SEC("raw_tp/sys_enter")
int exec_counter(struct bpf_raw_tracepoint_args *ctx) {
  if (ctx->args[1] != __NR_execve)
    return 0;

  __u32 zero = 0;
  __u64 next = 1;
  __u64 *old = bpf_map_lookup_elem(&counter, &zero);
  if (old)
    next += *old;

  bpf_map_update_elem(&counter, &zero, &next, BPF_ANY);
  bpf_printk("execve called %lld times\n", next);
  return 0;
}
