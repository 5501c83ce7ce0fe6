package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// cgroupRoot is where the second version of control groups is mounted.
const cgroupRoot = "/sys/fs/cgroup"

// cgroup is a control group. It knows all its processes, whatever they do.
type cgroup struct {
	dir  string
	file *os.File
}

// openCgroups makes the group of a testbed, to which those of its processes
// belong that have groups of their own.
func openCgroups() (*cgroup, error) {
	root := &cgroup{dir: cgroupRoot}
	// Where the controllers are in use already this changes nothing.
	if err := root.control(); err != nil {
		return nil, err
	}
	g, err := root.group()
	if err != nil {
		return nil, err
	}
	if err := g.control(); err != nil {
		return nil, errors.Join(err, g.remove())
	}
	return g, nil
}

// control has the groups in this one bounded.
func (g *cgroup) control() error {
	if err := g.write("cgroup.subtree_control", "+pids +memory"); err != nil {
		return fmt.Errorf("use control groups: %w", err)
	}
	return nil
}

// group makes a group in this one.
func (g *cgroup) group() (*cgroup, error) {
	dir, err := os.MkdirTemp(g.dir, "bpfgrade-")
	if err != nil {
		return nil, fmt.Errorf("make control group: %w", err)
	}
	file, err := os.Open(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open control group: %w", err), os.Remove(dir))
	}
	return &cgroup{dir, file}, nil
}

// bound bounds how many processes the group may have and how much memory they
// may use.
func (g *cgroup) bound() error {
	err := errors.Join(
		g.set("pids.max", testbed.MaxProcesses),
		g.set("memory.max", testbed.MaxProgramMemory),
	)
	if err != nil {
		return fmt.Errorf("bound control group: %w", err)
	}
	return nil
}

func (g *cgroup) set(name string, value int) error { return g.write(name, strconv.Itoa(value)) }

// write writes to a file that is there: one that is not tells what the kernel
// lacks.
func (g *cgroup) write(name, value string) error {
	file, err := os.OpenFile(filepath.Join(g.dir, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.WriteString(value)
	return err
}

// add moves a process into the group.
func (g *cgroup) add(process int) error { return g.set("cgroup.procs", process) }

func (g *cgroup) fd() int { return int(g.file.Fd()) }

// processes are the numbers of the processes in the group, without those that
// have ended.
func (g *cgroup) processes() ([]int, error) { return g.numbers("cgroup.procs") }

// threads are the numbers of all threads in the group.
func (g *cgroup) threads() ([]int, error) { return g.numbers("cgroup.threads") }

func (g *cgroup) numbers(name string) ([]int, error) {
	text, err := os.ReadFile(filepath.Join(g.dir, name))
	if err != nil {
		return nil, err
	}
	var numbers []int
	for field := range strings.FieldsSeq(string(text)) {
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// forked tells whether the group had more processes and threads than it may have.
func (g *cgroup) forked() bool { return g.event("pids.events", "max") > 0 }

// outOfMemory tells whether a process of the group was killed because they used
// more memory than they may.
func (g *cgroup) outOfMemory() bool { return g.event("memory.events", "oom_kill") > 0 }

// processorTime is what the group's processes have used of it.
func (g *cgroup) processorTime() time.Duration {
	return time.Duration(g.event("cpu.stat", "usage_usec")) * time.Microsecond
}

// event reads a count from a file of names and counts.
func (g *cgroup) event(name, key string) int {
	text, err := os.ReadFile(filepath.Join(g.dir, name))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), key+" "); ok {
			n, _ := strconv.Atoi(value)
			return n
		}
	}
	return 0
}

// killDeadline bounds the wait for killed processes to end.
const killDeadline = 10 * time.Second

// kill ends all processes of the group, also those that are being started, and
// waits for their end.
func (g *cgroup) kill() error {
	for deadline := time.Now().Add(killDeadline); ; time.Sleep(programPoll) {
		if err := g.killAll(); err != nil {
			return fmt.Errorf("kill processes: %w", err)
		}
		left, err := g.processes()
		if err != nil {
			return fmt.Errorf("kill processes: %w", err)
		}
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("kill processes: %d are left after %v", len(left), killDeadline)
		}
	}
}

// killAll kills the processes that are there, and none of them starts another.
func (g *cgroup) killAll() error {
	err := g.set("cgroup.kill", 1)
	if !errors.Is(err, fs.ErrNotExist) { // it is there since Linux 5.14
		return err
	}
	if err := g.set("cgroup.freeze", 1); err != nil {
		return err
	}
	processes, err := g.processes()
	if err != nil {
		return err
	}
	for _, process := range processes {
		if err := unix.Kill(process, unix.SIGKILL); err != nil && err != unix.ESRCH {
			return err
		}
	}
	return nil
}

func (g *cgroup) remove() error {
	return errors.Join(g.file.Close(), os.Remove(g.dir))
}
