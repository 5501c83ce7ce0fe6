// The headers of the records are looked at here, in a large buffer.
#include <errno.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

struct packed_record {
  __u8 kind;
  __u16 cpu;
  __u64 count_value;
} __attribute__((packed));

struct sample {
  struct perf_event_header header;
  __u32 size;
  char data[];
};

struct lost {
  struct perf_event_header header;
  __u64 id;
  __u64 count;
};

static volatile sig_atomic_t done;

static void finish(int number) { done = number; }

static enum bpf_perf_event_ret on_event(void *ctx, int cpu, struct perf_event_header *header) {
  if (header->type == PERF_RECORD_SAMPLE) {
    struct packed_record record;

    memcpy(&record, ((struct sample *)header)->data, sizeof(record));
    printf("count_value=%llu\n", record.count_value);
  } else if (header->type == PERF_RECORD_LOST) {
    printf("lost=%llu\n", ((struct lost *)header)->count);
  }
  return LIBBPF_PERF_EVENT_CONT;
}

int main(void) {
  struct perf_event_attr attr = {
      .size = sizeof(attr),
      .type = PERF_TYPE_SOFTWARE,
      .config = PERF_COUNT_SW_BPF_OUTPUT,
      .sample_type = PERF_SAMPLE_RAW,
      .sample_period = 1,
      .wakeup_events = 1,
  };
  struct sigaction action = {.sa_handler = finish};
  struct bpf_object *object;
  struct perf_buffer *buffer;
  struct bpf_link *link;
  int err = 0;

  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  object = bpf_object__open_file("prog.bpf.o", NULL);
  if (!object || bpf_object__load(object))
    return 1;
  buffer = perf_buffer__new_raw(bpf_object__find_map_fd_by_name(object, "events"), 64, &attr, on_event, NULL, NULL);
  if (!buffer)
    return 1;
  link = bpf_program__attach(bpf_object__find_program_by_name(object, "on_sys_enter"));
  if (!link)
    return 1;
  while (!done && (err >= 0 || err == -EINTR))
    err = perf_buffer__poll(buffer, -1);
  bpf_link__destroy(link);
  perf_buffer__free(buffer);
  bpf_object__close(object);
  return done ? 0 : 1;
}
