package vm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
	"github.com/bpfgrade/bpfgrade/grader/testbed/local"
)

// The files of a machine, in its working folder. They are named without their
// folder, because a socket's path has 107 bytes at most (unix(7)).
const (
	monitorSocket = "qmp"
	portSocket    = "port"
	consoleFile   = "console"
)

// arguments is QEMU's command line for a machine. A machine that is restored
// must have the same as the one that was saved, but for share and incoming, and
// for the kernel, which is in its memory: QEMU would read it all the same, and
// keep it in each guest's own.
func (c *Config) arguments(memory string, restored bool) []string {
	share := "on"
	if restored {
		share = "off"
	}
	args := []string{
		"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
		"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
		"-machine", "q35,usb=off,vmport=off,sata=off,smbus=off,memory-backend=ram",
		"-accel", c.accel.argument,
		"-cpu", c.accel.cpu,
		"-smp", fmt.Sprint(guestCPUs),
		"-m", fmt.Sprintf("%dM", memoryMiB),
		"-object", fmt.Sprintf("memory-backend-file,id=ram,size=%dM,mem-path=%s,share=%s", memoryMiB, escape(memory), share),
		"-chardev", "file,id=console,path=" + consoleFile,
		"-serial", "chardev:console",
		"-qmp", "unix:" + monitorSocket + ",server=on,wait=off",
		"-device", "virtio-serial-pci,max_ports=2",
		"-chardev", "socket,id=port,path=" + portSocket + ",server=on,wait=off",
		"-device", "virtserialport,chardev=port,name=" + portName,
	}
	for i := range testbed.Disks {
		args = append(args, disk(fmt.Sprintf("disk%d", i), ",serial="+local.BlockSerial(i))...)
	}
	if c.OtherDisk {
		args = append(args, disk("other", "")...)
	}
	if restored {
		return append(args, "-incoming", "defer")
	}
	return append(args, "-kernel", c.Kernel.Image, "-initrd", c.initrd, "-append", kernelCommandLine)
}

// disk is a disk that keeps nothing.
func disk(name, more string) []string {
	return []string{
		"-blockdev", fmt.Sprintf("driver=null-co,node-name=%s,read-zeroes=on,size=%d", name, diskBytes),
		"-device", fmt.Sprintf("virtio-blk-pci,drive=%s%s", name, more),
	}
}

// escape writes a value for an option of QEMU, where a comma ends it.
func escape(value string) string { return strings.ReplaceAll(value, ",", ",,") }

const (
	// guestCPUs: some checks need two processors.
	guestCPUs = 2
	memoryMiB = 256
	diskBytes = 64 << 20

	// The kernel says nothing but warnings and worse. Lockdown takes
	// bpf_probe_write_user away, with which a submission could change what the
	// agent reports. On a host that is very busy a processor of the guest may
	// stand still for longer than the kernel thinks possible: its patience is
	// made longer than the deadlines of this side. To wait for a grace period takes
	// milliseconds; nobody here minds that others are interrupted to end it. The
	// last line leaves out what protects a machine that lives longer than a guest,
	// or watches it.
	kernelCommandLine = "console=ttyS0 quiet loglevel=5 panic=-1 oops=panic softlockup_panic=1 " +
		"watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=300 rcupdate.rcu_expedited=1 " +
		"tsc=reliable no_timer_check mitigations=off random.trust_cpu=on lockdown=integrity " +
		"lsm=lockdown,bpf audit=0 psi=0 init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off"

	// A host that is virtual itself pays dearly for page faults. QEMU's own memory
	// comes in huge pages where the host has them, and none of it is given back
	// before the end. C libraries other than glibc do not look at this.
	mallocTunables = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=8388608:" +
		"glibc.malloc.trim_threshold=1073741824:glibc.malloc.mmap_threshold=1073741824"
)

// machine is a running QEMU with a working folder of its own.
type machine struct {
	dir     string
	process *exec.Cmd
	stderr  limitedBuffer
	exited  chan struct{}
}

// start starts QEMU. A machine that boots changes the file memory; one that is
// restored only reads it, and waits for its state.
func start(c *Config, work *workDir, memory string, restored bool) (*machine, error) {
	dir, err := os.MkdirTemp(work.path, "")
	if err != nil {
		return nil, fmt.Errorf("make folder for a machine: %w", err)
	}
	m := &machine{dir: dir, exited: make(chan struct{})}
	m.process = exec.Command(c.qemu, c.arguments(memory, restored)...)
	m.process.Dir = dir
	m.process.Env = []string{mallocTunables}
	m.process.Stderr = &m.stderr
	m.process.SysProcAttr = &unix.SysProcAttr{
		// An interrupt at the terminal is for this process to handle.
		Setpgid: true,
		// When this process is killed, the machine is too. The kernel means
		// the thread that starts it; Go's threads live as long as the process,
		// but for those that a goroutine was locked to when it ended.
		Pdeathsig: unix.SIGKILL,
	}
	if err := m.process.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start qemu: %w", err)
	}
	go func() {
		_ = m.process.Wait()
		close(m.exited)
	}()
	return m, nil
}

// stop ends QEMU and removes its folder.
func (m *machine) stop() {
	_ = m.process.Process.Kill()
	<-m.exited
	os.RemoveAll(m.dir)
}

// connect waits until QEMU listens on one of its sockets and connects to it.
func (m *machine) connect(ctx context.Context, socket string) (net.Conn, error) {
	path := filepath.Join(m.dir, socket)
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
		if err == nil {
			return conn, nil
		}
		if !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ECONNREFUSED) {
			return nil, err
		}
		select {
		case <-m.exited:
			return nil, m.ended()
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(socketPoll):
		}
	}
}

const socketPoll = time.Millisecond

// monitor connects to QEMU's monitor.
func (m *machine) monitor(ctx context.Context) (*monitor, error) {
	conn, err := m.connect(ctx, monitorSocket)
	if err != nil {
		return nil, err
	}
	return newMonitor(ctx, conn.(*net.UnixConn))
}

// limitedBuffer keeps the first of what is written to it.
type limitedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const limitedBufferSize = 16 << 10

func (b *limitedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf.Write(p[:min(len(p), limitedBufferSize-b.buf.Len())])
	return len(p), nil
}

func (b *limitedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
