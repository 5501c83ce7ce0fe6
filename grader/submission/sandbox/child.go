package sandbox

import (
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// childName is the argv[0] under which the running binary is started again.
const childName = "bpfgrade-sandbox"

// ready is the status of a process that is about to become the program.
const ready = "ready\n"

func init() {
	if len(os.Args) > 0 && os.Args[0] == childName {
		child(os.NewFile(3, "orders"), os.NewFile(4, "status"))
	}
}

// child turns this process into the program and does not return. It runs in
// init, so on the process's first thread.
func child(orders io.ReadCloser, status io.Writer) {
	// Neither end of the conversation, nor anything that the calling process
	// itself inherited, is for the program.
	err := unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
	if err != nil {
		err = fmt.Errorf("close descriptors: %w", err)
	} else {
		err = become(orders, status)
	}
	if err != nil {
		io.WriteString(status, err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

func become(orders io.ReadCloser, status io.Writer) error {
	var j job
	if err := gob.NewDecoder(orders).Decode(&j); err != nil {
		return fmt.Errorf("read orders: %w", err)
	}
	orders.Close()
	m := mechanismNamed(j.Mechanism)
	if m == nil {
		return fmt.Errorf("no mechanism %q", j.Mechanism)
	}
	c := &j.Command
	if err := m.restrict(c); err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	if err := os.Chdir(c.Dir); err != nil {
		return err
	}
	// The first process of a namespace ignores the signal in any case; so a
	// file that grows too large is a failed write with both mechanisms.
	signal.Ignore(syscall.SIGXFSZ)
	if err := dropPrivileges(); err != nil {
		return err
	}
	if err := installFilter(c.Limits.Processes == 1); err != nil {
		return fmt.Errorf("install seccomp filter: %w", err)
	}
	if _, err := io.WriteString(status, ready); err != nil {
		return err
	}
	if err := setLimits(c.Limits, m.countsProcesses); err != nil {
		return err
	}
	if j.Probe {
		return nil
	}
	err := syscall.Exec(c.Path, append([]string{c.Path}, c.Args...), c.Env)
	return &os.PathError{Op: "exec", Path: c.Path, Err: err}
}

// dropPrivileges gives up all capabilities, and the ways to gain any by
// executing something.
func dropPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	return nil
}
