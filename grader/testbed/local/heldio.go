package local

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// heldIO makes requests that wait between their allocation and their start, as
// they do on a busy disk.
//
// When a process submits several operations in one call, the kernel holds back
// the requests that it has allocated for them until the call ends or the
// process sleeps; in the latter case a worker of the kernel's starts them. The
// operations after each request here read from an empty pipe, which sleeps. See
// io_submit in fs/aio.c and blk_start_plug in block/blk-core.c.
//
// A request that is not held is started at once, and since Linux 6.9 the block
// layer asks the clock only once for both: a request's start_time_ns and its
// io_start_time_ns are then equal, and a program that reads the wrong one
// cannot be told from one that reads the right one.
type heldIO struct {
	context     uintptr // aio_context_t
	read, write *os.File
	woken       [sleepers]byte
}

const (
	// sleepers is how many operations follow the request: the kernel holds
	// requests back in calls with more than two operations (AIO_PLUG_THRESHOLD).
	sleepers = 2
	// heldDeadline bounds the wait for an operation, on an emulated and loaded
	// machine.
	heldDeadline = time.Minute
)

// operation and event are struct iocb and struct io_event of linux/aio_abi.h,
// as they are on little-endian machines.
type operation struct {
	data       uint64
	_, _       uint32 // aio_key, aio_rw_flags
	opcode     uint16
	_          int16 // aio_reqprio
	fd         uint32
	buf, bytes uint64
	offset     int64
	_          uint64
	_, _       uint32 // aio_flags, aio_resfd
}

type event struct {
	data, operation uint64
	result, result2 int64
}

// IOCB_CMD_PREAD and IOCB_CMD_PWRITE.
const (
	opRead  = 0
	opWrite = 1
)

func openHeldIO() (*heldIO, error) {
	h := &heldIO{}
	if _, _, errno := unix.Syscall(unix.SYS_IO_SETUP, 1+sleepers, uintptr(unsafe.Pointer(&h.context)), 0); errno != 0 {
		return nil, fmt.Errorf("set up asynchronous IO: %w", errno)
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		_, _, _ = unix.Syscall(unix.SYS_IO_DESTROY, h.context, 0, 0)
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	h.read, h.write = os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe")
	return h, nil
}

// transfer reads or writes a buffer and returns how many bytes were.
func (h *heldIO) transfer(fd int, write bool, buf []byte, offset int64) (int, error) {
	operations := [1 + sleepers]operation{{
		opcode: opRead, fd: uint32(fd), buf: address(&buf[0]), bytes: uint64(len(buf)), offset: offset,
	}}
	if write {
		operations[0].opcode = opWrite
	}
	for i := range sleepers {
		operations[1+i] = operation{opcode: opRead, fd: uint32(h.read.Fd()), buf: address(&h.woken[i]), bytes: 1}
	}

	submitted := make(chan error, 1)
	go func() { submitted <- h.submit(&operations) }()
	// The others cannot end before they are woken.
	n, err := h.await()
	_, wakeErr := h.write.Write(make([]byte, sleepers))
	err = errors.Join(<-submitted, err, wakeErr)
	for range sleepers {
		if err == nil {
			_, err = h.await()
		}
	}
	runtime.KeepAlive(buf)
	return n, err
}

// submit returns when the process has slept and was woken. The signals by which
// Go's runtime preempts a thread would end the sleep, and with it the read that
// sleeps; they wait until it is over.
func (h *heldIO) submit(operations *[1 + sleepers]operation) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, before unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before); err != nil {
		return fmt.Errorf("hold signals back: %w", err)
	}
	defer func() {
		err = errors.Join(err, unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil))
	}()

	var list [1 + sleepers]*operation
	for i := range list {
		list[i] = &operations[i]
	}
	n, _, errno := unix.Syscall(unix.SYS_IO_SUBMIT, h.context, uintptr(len(list)), uintptr(unsafe.Pointer(&list)))
	runtime.KeepAlive(operations)
	switch {
	case errno != 0:
		return fmt.Errorf("submit: %w", errno)
	case n != uintptr(len(list)):
		return fmt.Errorf("submit: %d of %d operations", n, len(list))
	}
	return nil
}

// await waits for the next operation that ends and returns its result.
func (h *heldIO) await() (int, error) {
	var e event
	deadline := unix.NsecToTimespec(heldDeadline.Nanoseconds())
	for {
		n, _, errno := unix.Syscall6(unix.SYS_IO_GETEVENTS, h.context, 1, 1,
			uintptr(unsafe.Pointer(&e)), uintptr(unsafe.Pointer(&deadline)), 0)
		switch {
		case errno == unix.EINTR:
		case errno != 0:
			return 0, fmt.Errorf("wait: %w", errno)
		case n == 0:
			return 0, fmt.Errorf("wait: nothing after %v", heldDeadline)
		case e.result < 0:
			return 0, unix.Errno(-e.result)
		default:
			return int(e.result), nil
		}
	}
}

func (h *heldIO) close() {
	_, _, _ = unix.Syscall(unix.SYS_IO_DESTROY, h.context, 0, 0)
	h.read.Close()
	h.write.Close()
}

func address(p *byte) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }
