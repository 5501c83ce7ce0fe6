//go:build ignore

// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Stops the processes of a control group each time they have attached a BPF
 * program, before they do anything else, sees how their system calls end, and
 * whether they wait between attaching and making a perf buffer.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <linux/perf_event.h>
#include <linux/ptrace.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>

#define SIGSTOP 19

/* The control group, of the second version; set before attaching. */
__u64 group;

/* When the call began that attached what is attached last, CLOCK_MONOTONIC. */
__u64 since;

/* What the last system call that ended returned, also to the kernel itself. */
__s64 returned;

/* What a process has done of what decides whether its perf buffers are late. */
enum buffering { NOTHING, ATTACHED, WAITED, EARLY, LATE } buffers;

/* Whether a system call attaches a program, unless it fails. */
static int attaches(const struct pt_regs *regs)
{
	switch (regs->orig_rax) {
	case __NR_bpf:
		return regs->rdi == BPF_LINK_CREATE || regs->rdi == BPF_RAW_TRACEPOINT_OPEN;
	case __NR_ioctl:
		/* A program on an event that is disabled waits for it to be enabled. */
		return (__u32)regs->rsi == PERF_EVENT_IOC_SET_BPF || (__u32)regs->rsi == PERF_EVENT_IOC_ENABLE;
	}
	return 0;
}

/* Whether the current process is of the group, and in which call it is. */
static int calls(struct bpf_raw_tracepoint_args *ctx, struct pt_regs *regs)
{
	return bpf_get_current_cgroup_id() == group &&
	       !bpf_probe_read_kernel(regs, sizeof(*regs), (void *)ctx->args[0]);
}

/* Whether the current process, which is of the group, is in a call that attaches. */
static int attaching(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs regs;

	return calls(ctx, &regs) && attaches(&regs);
}

SEC("raw_tp/sys_enter")
int note(struct bpf_raw_tracepoint_args *ctx)
{
	if (attaching(ctx))
		since = bpf_ktime_get_ns();
	return 0;
}

SEC("raw_tp/sys_exit")
int hold(struct bpf_raw_tracepoint_args *ctx)
{
	if ((long)ctx->args[1] >= 0 && attaching(ctx))
		bpf_send_signal(SIGSTOP);
	return 0;
}

SEC("raw_tp/sys_exit")
int end(struct bpf_raw_tracepoint_args *ctx)
{
	if (bpf_get_current_cgroup_id() == group)
		returned = ctx->args[1];
	return 0;
}

/* Whether a system call lets time pass and does nothing else. */
static int sleeps(const struct pt_regs *regs)
{
	switch (regs->orig_rax) {
	case __NR_nanosleep:
	case __NR_clock_nanosleep:
	case __NR_pause:
	case __NR_poll:
	case __NR_ppoll:
	case __NR_select:
	case __NR_pselect6:
	case __NR_rt_sigsuspend:
	case __NR_rt_sigtimedwait:
		return 1;
	}
	return 0;
}

/* Whether a system call makes an event for the records of BPF programs. */
static int buffers_records(const struct pt_regs *regs)
{
	struct { __u32 type, size; __u64 config; } attr;

	return regs->orig_rax == __NR_perf_event_open &&
	       !bpf_probe_read_user(&attr, sizeof(attr), (void *)regs->rdi) &&
	       attr.type == PERF_TYPE_SOFTWARE && attr.config == PERF_COUNT_SW_BPF_OUTPUT;
}

/*
 * Tells a first perf buffer that is made before anything is attached, or right
 * after, from one that is made when time has passed. The clock cannot tell: time
 * passes for a process that is not run as well.
 */
SEC("raw_tp/sys_exit")
int order(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs regs;

	if (buffers >= EARLY || !calls(ctx, &regs))
		return 0;
	if (buffers == ATTACHED && sleeps(&regs))
		buffers = WAITED;
	else if ((long)ctx->args[1] < 0)
		return 0;
	else if (buffers == NOTHING && attaches(&regs))
		buffers = ATTACHED;
	else if (buffers_records(&regs))
		buffers = buffers == WAITED ? LATE : EARLY;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
