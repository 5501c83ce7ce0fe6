/* José García */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/blk_mq_start_request")
int BPF_PROG(fin, struct request *rq)
{
    __u64 reservada = 0;

    bpf_core_read(&reservada, sizeof(reservada), &rq->start_time_ns);
    bpf_printk("reservada %lu ahora %lu\n", reservada, bpf_ktime_get_ns());
    return 0;
}
