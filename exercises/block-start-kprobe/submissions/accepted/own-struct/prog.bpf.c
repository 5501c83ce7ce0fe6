/*
 * Only the field I need, libbpf finds out where it is. No vmlinux.h.
 */
#include <linux/types.h>
#include <linux/ptrace.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct request {
  __u64 start_time_ns;
} __attribute__((preserve_access_index));

SEC("kprobe/blk_mq_start_request")
int BPF_KPROBE(on_start, struct request *rq) {
  __u64 first = BPF_CORE_READ(rq, start_time_ns);
  __u64 second = bpf_ktime_get_ns();

  bpf_printk("request: first %llu second %llu", first, second);
  return 0;
}

char _license[] SEC("license") = "GPL";
