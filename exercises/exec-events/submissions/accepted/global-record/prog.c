/* nothing waits for records: the buffers are emptied several times a second */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

struct event
{
    __u32 version;
    __u64 count_value;
};

static volatile sig_atomic_t go_on = true;

static void on_signal(int number) { go_on = false; }

static void on_sample(void *ctx, int cpu, void *data, __u32 size)
{
    struct event *event = data;

    if (event->version != 1)
        return;
    fprintf(stdout, "%llu calls of execve so far\n", (unsigned long long)event->count_value);
    fflush(stdout);
}

static void on_loss(void *ctx, int cpu, __u64 count)
{
    fprintf(stderr, "overflow: %llu missing\n", (unsigned long long)count);
}

int main(void)
{
    struct bpf_object *object = bpf_object__open("prog.bpf.o");
    struct perf_buffer *buffer;
    struct bpf_link *link;

    if (!object || bpf_object__load(object) != 0)
        exit(EXIT_FAILURE);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    setbuf(stdout, NULL);

    buffer = perf_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), 4, on_sample, on_loss, NULL, NULL);
    link = bpf_program__attach(bpf_object__find_program_by_name(object, "enter"));
    if (!buffer || !link)
        exit(EXIT_FAILURE);
    while (go_on)
    {
        perf_buffer__consume(buffer);
        usleep(200000);
    }
    bpf_link__destroy(link);
    perf_buffer__free(buffer);
    bpf_object__close(object);
    exit(EXIT_SUCCESS);
}
