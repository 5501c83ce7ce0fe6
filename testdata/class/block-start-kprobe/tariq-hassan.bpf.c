#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/blk_mq_start_request")
int trace_start(struct pt_regs *ctx) {
  struct request *rq = (void *)PT_REGS_PARM1(ctx);
  struct request copy;
  __u64 ts = 0;

  bpf_probe_read_kernel(&ts, sizeof(copy.start_time_ns), &rq->start_time_ns);
  bpf_printk("start_time=%llu current=%llu", ts, bpf_ktime_get_ns());

  return 0;
}
