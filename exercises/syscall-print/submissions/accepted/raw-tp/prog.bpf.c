#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define NR_MKDIR   83
#define NR_MKDIRAT 258

SEC("raw_tp/sys_enter")
int on_enter(struct bpf_raw_tracepoint_args *ctx)
{
  u64 nr = ctx->args[1];

  switch (nr) {
  case NR_MKDIR:
  case NR_MKDIRAT:
    bpf_printk("mkdir by %lld\n", bpf_get_current_pid_tgid() >> 32);
  }
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
