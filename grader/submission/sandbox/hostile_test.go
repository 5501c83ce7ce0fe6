package sandbox

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary is also the hostile program that the tests run.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "hostile" {
		if err := hostile(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func hostile(verb string, args []string) error {
	switch verb {
	case "read":
		data, err := os.ReadFile(args[0])
		fmt.Print(string(data))
		return err
	case "list":
		entries, err := os.ReadDir(args[0])
		for _, e := range entries {
			fmt.Println(e.Name())
		}
		return err
	case "stat":
		_, err := os.Stat(args[0])
		return err
	case "write":
		return os.WriteFile(args[0], []byte("written"), 0o644)
	case "remove":
		return os.Remove(args[0])
	case "chmod":
		return os.Chmod(args[0], 0)
	case "chtimes":
		return os.Chtimes(args[0], time.Unix(1, 0), time.Unix(1, 0))
	case "truncate":
		return os.Truncate(args[0], 0)
	case "open-truncate":
		f, err := os.OpenFile(args[0], os.O_RDONLY|os.O_TRUNC, 0)
		f.Close()
		return err
	case "link":
		return os.Link(args[0], args[1])
	case "read-link":
		if err := os.Symlink(args[0], args[1]); err != nil {
			return err
		}
		return hostile("read", args[1:])
	case "dial":
		_, err := net.Dial(args[0], args[1])
		return err
	case "kill":
		pid, err := strconv.Atoi(args[0])
		if err != nil {
			return err
		}
		return syscall.Kill(pid, 0)
	case "setsid":
		_, err := syscall.Setsid()
		return err
	case "unshare":
		return unix.Unshare(unix.CLONE_NEWUSER)
	case "mount":
		return unix.Mount("none", args[0], "tmpfs", 0, "")
	case "ptrace":
		return syscall.PtraceAttach(os.Getppid())
	case "capabilities":
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var data [2]unix.CapUserData
		err := unix.Capget(&header, &data[0])
		fmt.Print(data)
		return err
	case "environment":
		fmt.Print(os.Environ())
		return nil
	case "descriptors":
		for fd := 3; fd < 100; fd++ {
			var st unix.Stat_t
			// The runtime's own are an epoll and an event descriptor.
			if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT != 0 {
				fmt.Println(fd)
			}
		}
		return nil
	case "print":
		n, err := strconv.Atoi(args[0])
		fmt.Print(strings.Repeat("x", n))
		fmt.Fprint(os.Stderr, strings.Repeat("y", n))
		return err
	case "grow":
		f, err := os.Create(args[0])
		if err != nil {
			return err
		}
		for range 64 {
			if _, err := f.Write(make([]byte, 64<<10)); err != nil {
				return err
			}
		}
		return nil
	case "allocate":
		n, err := strconv.Atoi(args[0])
		fmt.Println(len(make([]byte, n)))
		return err
	case "spin":
		for {
		}
	case "sleep":
		if err := hold(args[0]); err != nil {
			return err
		}
		time.Sleep(time.Hour)
		return nil
	case "leave-behind":
		if err := start("sleep", args[0]); err != nil {
			return err
		}
		for !held(args[0]) {
			time.Sleep(time.Millisecond)
		}
		return nil
	case "multiply":
		n, err := strconv.Atoi(args[0])
		for i := 0; i < n && err == nil; i++ {
			err = start("exit", "0")
		}
		return err
	case "exit":
		n, err := strconv.Atoi(args[0])
		if err == nil {
			os.Exit(n)
		}
		return err
	}
	return fmt.Errorf("no such deed: %s", verb)
}

// start starts another hostile process. There is no /dev/null for os/exec.
func start(args ...string) error {
	argv := append([]string{os.Args[0], "hostile"}, args...)
	_, err := os.StartProcess(argv[0], argv, &os.ProcAttr{Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
	return err
}

// hold locks a file for as long as this process lives.
func hold(path string) error {
	f, err := os.Create(filepath.Join(path, "lock"))
	if err != nil {
		return err
	}
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
}

// held tells whether a process lives that called hold.
func held(path string) bool {
	f, err := os.Open(filepath.Join(path, "lock"))
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
}
