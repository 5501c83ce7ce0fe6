package sandbox

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_X86_64

// forbiddenHere are the calls to forbid that only this architecture has.
var forbiddenHere = []uintptr{
	unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_LCHOWN, unix.SYS_UTIME, unix.SYS_UTIMES, unix.SYS_FUTIMESAT,
	unix.SYS_USELIB, unix.SYS_MODIFY_LDT, unix.SYS_IOPL, unix.SYS_IOPERM,
}

var forkCalls = []uintptr{unix.SYS_FORK, unix.SYS_VFORK}

// openCalls are the calls that open a file, and which argument has the flags.
var openCalls = []struct {
	number uintptr
	flags  uint32
}{{unix.SYS_OPEN, 1}, {unix.SYS_OPENAT, 2}}
