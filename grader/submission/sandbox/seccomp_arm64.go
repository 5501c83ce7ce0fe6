package sandbox

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

// forbiddenHere are the calls to forbid that only this architecture has.
var forbiddenHere []uintptr

var forkCalls []uintptr

// openCalls are the calls that open a file, and which argument has the flags.
var openCalls = []struct {
	number uintptr
	flags  uint32
}{{unix.SYS_OPENAT, 2}}
