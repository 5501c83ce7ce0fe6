package sandbox

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidden fail with EPERM: a compiler needs none of them, and neither
// mechanism takes all of them away. What an older Landlock does not know
// (truncation, metadata, signals, sockets) is here above all.
var forbidden = append([]uintptr{
	// the network, and any other process behind a socket
	unix.SYS_SOCKET, unix.SYS_SOCKETPAIR,

	// other processes; a session or group of its own would outlive the command
	unix.SYS_SETSID, unix.SYS_SETPGID,
	unix.SYS_KILL, unix.SYS_TKILL, unix.SYS_TGKILL, unix.SYS_RT_SIGQUEUEINFO, unix.SYS_RT_TGSIGQUEUEINFO,
	unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_SEND_SIGNAL,
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE,
	unix.SYS_PROCESS_MRELEASE, unix.SYS_KCMP, unix.SYS_MOVE_PAGES, unix.SYS_MIGRATE_PAGES,
	unix.SYS_SETPRIORITY, unix.SYS_IOPRIO_SET, unix.SYS_SCHED_SETAFFINITY, unix.SYS_SCHED_SETSCHEDULER,
	unix.SYS_SCHED_SETPARAM, unix.SYS_SCHED_SETATTR,
	unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_SHMCTL, unix.SYS_SEMGET, unix.SYS_SEMOP, unix.SYS_SEMTIMEDOP,
	unix.SYS_SEMCTL, unix.SYS_MSGGET, unix.SYS_MSGSND, unix.SYS_MSGRCV, unix.SYS_MSGCTL,
	unix.SYS_MQ_OPEN, unix.SYS_MQ_UNLINK,

	// files that cannot be opened
	unix.SYS_TRUNCATE, unix.SYS_FCHMOD, unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWN, unix.SYS_FCHOWNAT,
	unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_FSETXATTR,
	unix.SYS_REMOVEXATTR, unix.SYS_LREMOVEXATTR, unix.SYS_FREMOVEXATTR, unix.SYS_UTIMENSAT,
	unix.SYS_INOTIFY_ADD_WATCH, unix.SYS_FANOTIFY_INIT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_BY_HANDLE_AT,

	// the system, and corners of the kernel that are seldom looked at
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_IO_SETUP, unix.SYS_MEMFD_SECRET,
	unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL,
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_CHROOT, unix.SYS_PIVOT_ROOT, unix.SYS_MOUNT, unix.SYS_UMOUNT2,
	unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_MOUNT_SETATTR, unix.SYS_FSOPEN, unix.SYS_FSCONFIG,
	unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_QUOTACTL, unix.SYS_SWAPON, unix.SYS_SWAPOFF,
	unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_KEXEC_FILE_LOAD,
	unix.SYS_REBOOT, unix.SYS_ACCT, unix.SYS_SYSLOG, unix.SYS_VHANGUP, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME,
	unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX,
	unix.SYS_PERSONALITY,
}, forbiddenHere...)

// absent fail with ENOSYS, as on an older kernel, so that a C library falls
// back to a call whose arguments the filter can see.
var absent = []uintptr{
	unix.SYS_CLONE3, unix.SYS_OPENAT2, unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
}

const namespaceFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWTIME

// filter is a program for seccomp(2). The layout of what it sees is struct
// seccomp_data: the call's number, the architecture, and from byte 16 the
// arguments, 8 bytes each, of which it looks at the low 4 (both architectures
// are little-endian).
type filter []unix.SockFilter

const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArgs   = 16
)

func (f *filter) add(code uint16, k uint32, jumpTrue, jumpFalse uint8) {
	*f = append(*f, unix.SockFilter{Code: code, K: k, Jt: jumpTrue, Jf: jumpFalse})
}

func (f *filter) load(offset uint32) { f.add(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, offset, 0, 0) }

func (f *filter) ret(action uint32) { f.add(unix.BPF_RET|unix.BPF_K, action, 0, 0) }

func (f *filter) fail(errno unix.Errno) { f.ret(unix.SECCOMP_RET_ERRNO | uint32(errno)) }

// when runs the instructions of body, which must end in a return on every path,
// when the comparison of the loaded word with k holds.
func (f *filter) when(comparison uint16, k uint32, body func(*filter)) {
	var inner filter
	body(&inner)
	f.add(unix.BPF_JMP|comparison|unix.BPF_K, k, 0, uint8(len(inner)))
	*f = append(*f, inner...)
}

func (f *filter) call(number uintptr, body func(*filter)) {
	f.when(unix.BPF_JEQ, uint32(number), body)
}

// compile makes the filter. oneProcess forbids to start any other.
func compile(oneProcess bool) filter {
	fail := func(errno unix.Errno) func(*filter) {
		return func(f *filter) { f.fail(errno) }
	}
	var f filter
	f.load(offsetArch)
	f.add(unix.BPF_JMP|unix.BPF_JEQ|unix.BPF_K, auditArch, 1, 0)
	f.ret(unix.SECCOMP_RET_KILL_PROCESS)
	f.load(offsetNumber)
	if runtime.GOARCH == "amd64" {
		// The x32 ABI has this bit in its numbers.
		f.when(unix.BPF_JGE, 0x40000000, fail(unix.ENOSYS))
	}
	for _, number := range forbidden {
		f.call(number, fail(unix.EPERM))
	}
	for _, number := range absent {
		f.call(number, fail(unix.ENOSYS))
	}
	f.call(unix.SYS_CLONE, func(f *filter) {
		f.load(offsetArgs)
		f.when(unix.BPF_JSET, namespaceFlags, fail(unix.EPERM))
		if oneProcess {
			f.when(unix.BPF_JSET, unix.CLONE_THREAD, func(f *filter) { f.ret(unix.SECCOMP_RET_ALLOW) })
			f.fail(unix.EAGAIN)
		}
		f.ret(unix.SECCOMP_RET_ALLOW)
	})
	for _, number := range forkCalls {
		if oneProcess {
			f.call(number, fail(unix.EAGAIN))
		}
	}
	// The limits of another process.
	f.call(unix.SYS_PRLIMIT64, func(f *filter) {
		f.load(offsetArgs)
		f.when(unix.BPF_JEQ, 0, func(f *filter) { f.ret(unix.SECCOMP_RET_ALLOW) })
		f.fail(unix.EPERM)
	})
	// Until its third version Landlock lets a file be truncated that was
	// opened to be read.
	for _, open := range openCalls {
		f.call(open.number, func(f *filter) {
			f.load(offsetArgs + 8*open.flags)
			f.add(unix.BPF_ALU|unix.BPF_AND|unix.BPF_K, unix.O_TRUNC|unix.O_ACCMODE, 0, 0)
			f.when(unix.BPF_JEQ, unix.O_TRUNC|unix.O_RDONLY, fail(unix.EPERM))
			f.ret(unix.SECCOMP_RET_ALLOW)
		})
	}
	f.ret(unix.SECCOMP_RET_ALLOW)
	return f
}

// installFilter restricts the calling thread, which must have no_new_privs,
// and whatever it executes.
func installFilter(oneProcess bool) error {
	f := compile(oneProcess)
	program := unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}
	_, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}
