// Package testbed says what a check may do to a kernel.
//
// A [Testbed] loads a BPF object, attaches its programs, makes things happen
// (processes that execute, requests to a disk) and reads what the programs
// left behind: maps, records, trace lines, run counts. Its methods take and
// return plain data, so that the same interface works on this kernel (package
// local) and on a kernel in a virtual machine (package vm, over package rpc).
//
// A testbed knows nothing of exercises: it holds no expectations and gives no
// marks. Maps and programs are named by their kernel ids, whoever loaded them.
package testbed

import (
	"context"
	"time"
)

// Testbed is a kernel on which one submission at a time is run.
//
// Every method returns an error that wraps ctx.Err() when ctx ends first; the
// testbed is then of no further use but for Close. The methods are not safe
// for concurrent use.
type Testbed interface {
	// Info describes the kernel.
	Info(ctx context.Context) (*Info, error)

	// Others counts what other programs on a kernel that is shared have done;
	// see Info.Shared. On any other kernel there are none.
	Others(ctx context.Context) (Others, error)

	// KernelBTF returns the kernel's type information as the kernel has it in
	// /sys/kernel/btf/vmlinux.
	KernelBTF(ctx context.Context) ([]byte, error)

	// Load loads the maps and programs of a BPF object without attaching
	// anything. The error is a *LoadError when the object was refused.
	Load(ctx context.Context, req LoadRequest) (*Object, error)

	// Attach attaches programs of the loaded object, each by its section. The
	// error is an *AttachError when a program could not be attached; those
	// before it stay attached.
	Attach(ctx context.Context, req AttachRequest) ([]Link, error)

	// Exec makes processes call execve and execveat.
	Exec(ctx context.Context, req ExecRequest) (*ExecReport, error)

	// Processes starts processes that make system calls, and returns when all
	// calls have ended. The processes stay, idle, until the next call of
	// Processes, Reset or Close: no other process gets their ids meanwhile.
	Processes(ctx context.Context, req ProcessRequest) (*ProcessReport, error)

	// BlockIO reads and writes the testbed's own block devices.
	BlockIO(ctx context.Context, req BlockRequest) (*BlockReport, error)

	// Lookup reads one element of a map: its value, or one value for each
	// possible CPU of a per-CPU map. The error wraps ErrKeyNotFound when the
	// map has no such key, and ErrGone, as with all methods that take a map's
	// or a program's id, when the kernel has it no longer.
	Lookup(ctx context.Context, mapID uint32, key []byte) (*Element, error)

	// Update sets one element of a map. The value of a per-CPU map is set on
	// every processor. The error wraps ErrNotPermitted when the map's flags
	// keep user space from writing, and so does that of Lookup, Elements and
	// Watch when they keep it from that.
	Update(ctx context.Context, mapID uint32, key, value []byte) error

	// Elements reads a whole map, in the kernel's order.
	Elements(ctx context.Context, mapID uint32) ([]Element, error)

	// Watch begins to collect the records of a perf event array or ring
	// buffer. Until then nothing is received.
	Watch(ctx context.Context, req WatchRequest) error

	// Records takes all records that have reached a watched map so far.
	// Records that a call made before it are included.
	Records(ctx context.Context, mapID uint32) (*Records, error)

	// Trace takes the lines that programs have written with bpf_printk
	// since the last call, or since the testbed was opened.
	Trace(ctx context.Context) (*Trace, error)

	// RunStats tells how often programs ran, in the order of the ids.
	RunStats(ctx context.Context, programIDs []uint32) ([]RunStats, error)

	// Install writes a file that is not the submission's, for Start or Run,
	// and returns its path. It stays until Reset or Close.
	Install(ctx context.Context, req InstallRequest) (path string, err error)

	// Run runs an installed file, without privileges, to its end.
	Run(ctx context.Context, req RunRequest) (*RunReport, error)

	// Start starts a submission's program, with as little privilege as it
	// needs. One that was started before must have ended.
	Start(ctx context.Context, req StartRequest) error

	// AwaitReady waits until the started program is ready, is held or has
	// ended, but no longer than within on the testbed's clock, and says how it
	// is then.
	AwaitReady(ctx context.Context, within time.Duration) (*Running, error)

	// Output returns what the started program has printed on its terminal.
	Output(ctx context.Context, req OutputRequest) (*Output, error)

	// BlockOutput has the started program's terminal take nothing more, as
	// Ctrl-S does: a program that prints waits until it is continued.
	BlockOutput(ctx context.Context) error

	// Freeze stops the started program, all its processes and threads, where
	// it waits. One whose output was blocked is waited for until it prints:
	// it does not notice then that it was stopped, for a write goes on.
	Freeze(ctx context.Context) error

	// Continue lets the started program go on after it was held or frozen, and
	// its terminal take what it prints.
	Continue(ctx context.Context) error

	// Stop ends the started program, and all that it has started, and says
	// how it ended and what it left in the kernel. The signal interrupts what
	// the program waits in.
	Stop(ctx context.Context, req StopRequest) (*Exit, error)

	// Reset detaches and unloads everything that Load and Attach brought in,
	// ends the started program, removes what Install wrote, and returns what nevertheless stays in the
	// kernel.
	Reset(ctx context.Context) ([]Leftover, error)

	// Clean proves, after Reset, that nothing of a submission is left, also not
	// of what it did to the kernel beyond its own maps and programs: then
	// another one may follow. A program that was sent is forgotten. The error
	// says what is left, or could not be seen.
	Clean(ctx context.Context) error

	// Close resets the testbed and releases it. It is safe to call twice.
	Close() error
}
