#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define KIND_EXECVE 1

struct packed_record {
  u8 kind;
  u16 cpu;
  u64 count_value;
} __attribute__((packed));

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, u32);
  __type(value, u64);
} counter SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(max_entries, 64);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps");

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long id) {
  u32 key = 0;
  u64 next = 1;
  u64 *last;

  if (id != 59) // execve
    return 0;

  last = bpf_map_lookup_elem(&counter, &key);
  if (last)
    next = *last + 1;
  bpf_map_update_elem(&counter, &key, &next, BPF_EXIST);

  struct packed_record r = {
      .kind = KIND_EXECVE,
      .cpu = bpf_get_smp_processor_id(),
      .count_value = next,
  };
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &r, sizeof(r));
  return 0;
}
