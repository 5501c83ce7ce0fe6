package sandbox

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"
)

// Command is a program to run and what it may touch.
type Command struct {
	// Path is the program, absolute. It must lie in ReadOnly.
	Path string
	// Args follow the program's name, which is Path.
	Args []string
	// Env is the whole environment; nothing is inherited.
	Env []string
	// Dir is the working directory, absolute. It must lie in ReadOnly or
	// Writable.
	Dir string
	// ReadOnly are the files and folders that the program may read and
	// execute, Writable the folders in which it may also create, change and
	// remove files. All are absolute and must exist. A symbolic link on the way
	// to them is followed, and usable by the program as well.
	ReadOnly, Writable []string
	Limits             Limits
	// Output bounds what is kept of standard output and of standard error, in
	// bytes each. The rest is read and dropped. 0 means DefaultOutput.
	Output int
}

// DefaultOutput is the default of Command.Output, in bytes.
const DefaultOutput = 256 << 10

// Limits bound what a command uses. A field that is 0 has its value from
// DefaultLimits.
type Limits struct {
	// CPU is processor time, in whole seconds, rounded up. Each process that
	// the command starts has as much again.
	CPU time.Duration
	// Wall is the time on the clock until everything is killed.
	Wall time.Duration
	// Memory is the address space of each process, in bytes.
	Memory int64
	// FileSize is the size of each file written, in bytes. A write beyond it
	// fails with EFBIG.
	FileSize int64
	// Processes is how many processes there may be at once. 1 forbids the
	// command to start any, threads excepted. A larger number is enforced in
	// a user namespace of an ordinary user only: the kernel does not count
	// root's processes, and under Landlock would count all of the user's.
	Processes int
}

// DefaultLimits suit a compiler that does its work in one process.
var DefaultLimits = Limits{
	CPU:       20 * time.Second,
	Wall:      60 * time.Second,
	Memory:    2 << 30,
	FileSize:  64 << 20,
	Processes: 1,
}

func (l Limits) withDefaults() Limits {
	if l.CPU == 0 {
		l.CPU = DefaultLimits.CPU
	}
	if l.Wall == 0 {
		l.Wall = DefaultLimits.Wall
	}
	if l.Memory == 0 {
		l.Memory = DefaultLimits.Memory
	}
	if l.FileSize == 0 {
		l.FileSize = DefaultLimits.FileSize
	}
	if l.Processes == 0 {
		l.Processes = DefaultLimits.Processes
	}
	return l
}

// Exceeded says which limit ended a command.
type Exceeded string

const (
	ExceededNothing Exceeded = ""
	ExceededCPU     Exceeded = "processor time"
	ExceededWall    Exceeded = "time"
)

// Result says how a command ended.
type Result struct {
	Stdout, Stderr []byte
	// Truncated tells that more was written than Command.Output.
	Truncated bool
	// ExitCode is the status, or -1 when a signal ended the program.
	ExitCode int
	// Signal is the signal that ended the program, or 0.
	Signal syscall.Signal
	// Exceeded is the limit that ended the program. Too much memory or too
	// large a file is an error inside the program, and not seen here.
	Exceeded Exceeded
	// CPU is the processor time used.
	CPU time.Duration
}

func (c *Command) check() error {
	paths := append([]string{c.Path, c.Dir}, c.ReadOnly...)
	for _, p := range append(paths, c.Writable...) {
		if !filepath.IsAbs(p) {
			return fmt.Errorf("sandbox: %q is not an absolute path", p)
		}
	}
	if c.Limits.CPU < 0 || c.Limits.Wall < 0 || c.Limits.Memory < 0 || c.Limits.FileSize < 0 ||
		c.Limits.Processes < 0 || c.Output < 0 {
		return errors.New("sandbox: negative limit")
	}
	return nil
}
