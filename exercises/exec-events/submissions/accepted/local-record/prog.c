/* An event loop of its own: epoll waits for signals and for records. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <bpf/libbpf.h>

struct record {
    uint64_t time;
    uint64_t count_value;
};

static void print(void *ctx, int cpu, void *data, __u32 size)
{
    const struct record *record = data;

    printf("%lu\n", record->count_value);
}

static void warn(void *ctx, int cpu, __u64 count)
{
    printf("!! %llu records dropped\n", count);
}

static int watch(int epoll, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(void)
{
    struct bpf_object *object = bpf_object__open("prog.bpf.o");
    struct perf_buffer *buffer;
    struct bpf_link *link;
    sigset_t ends;
    int epoll, signals;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signals = signalfd(-1, &ends, SFD_CLOEXEC);

    if (!object || bpf_object__load(object))
        return 1;
    buffer = perf_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), 16, print, warn, NULL, NULL);
    if (!buffer)
        return 1;
    link = bpf_program__attach(bpf_object__next_program(object, NULL));
    if (!link)
        return 1;

    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (watch(epoll, signals) || watch(epoll, perf_buffer__epoll_fd(buffer)))
        return 1;
    for (;;) {
        struct epoll_event event;

        if (epoll_wait(epoll, &event, 1, -1) < 1)
            continue;
        if (event.data.fd == signals)
            break;
        perf_buffer__consume(buffer);
    }
    bpf_link__destroy(link);
    perf_buffer__free(buffer);
    bpf_object__close(object);
    close(epoll);
    close(signals);
    return 0;
}
