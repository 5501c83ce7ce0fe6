#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

static __noinline u64 allocation_time(struct request *rq)
{
  return BPF_CORE_READ(rq, start_time_ns);
}

SEC("fentry/blk_mq_start_request")
int BPF_PROG(on_start, struct request *rq)
{
  u64 t_alloc = allocation_time(rq);
  u64 t_now = bpf_ktime_get_ns();

  bpf_printk("Request was allocated: %lld ns | now: %lld ns", t_alloc, t_now);
  return 0;
}
