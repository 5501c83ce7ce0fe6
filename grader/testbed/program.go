package testbed

import "time"

// ObjectFile is the name under which a started program finds its object file in
// its working directory.
const ObjectFile = "prog.bpf.o"

// StartRequest asks to start a program on a pseudo-terminal.
type StartRequest struct {
	// Program is a static executable. Without one the program and the object
	// that were sent with the last that had one are started anew: they are
	// kept until Close.
	Program []byte
	// Object is the contents of ObjectFile in its working directory.
	Object []byte
	// Args follow the program's name.
	Args []string
	// Uprobes gives the program what it needs for probes on user space. The
	// kernel wants all the privileges of an administrator for them; without,
	// a program has those to load BPF programs and to attach them.
	Uprobes bool
	// Hold stops the program each time it has attached something, before it
	// does anything else, until Continue.
	Hold bool
	// Buffers looks when the program makes its perf buffers, for
	// Running.LateBuffers.
	Buffers bool
}

// InstallRequest asks for a file that the started program is to find.
type InstallRequest struct {
	// Name is the file's, without folders.
	Name string
	// Data is an executable.
	Data []byte
}

// RunRequest asks to run an installed file.
type RunRequest struct {
	Name string
	// Args follow the program's name.
	Args []string
}

// RunReport is what came of an installed file that was run.
type RunReport struct {
	// Status is its exit status, or -1 when a signal ended it.
	Status int
	// Output is the end of what it printed.
	Output []byte
}

// MaxRunOutput bounds RunReport.Output, in bytes.
const MaxRunOutput = 4 << 10

// Running is how a started program is, and what it has in the kernel.
type Running struct {
	// Ready tells that it has attached programs and waits for something, such
	// as records, a signal or the end of a second.
	Ready bool
	// Held tells that it was stopped because it has attached something; see
	// StartRequest.Hold.
	Held bool
	// HeldSince is when the call began that attached, on the monotonic clock in
	// nanoseconds; 0 for a program that is not held.
	HeldSince uint64
	// Exit is how it ended, nil while it runs.
	Exit *Exit
	// Programs, Maps and Links are what was loaded and attached since it was
	// started, in the order of their ids. Names are as the kernel has them, cut
	// to 15 bytes. Sections are empty.
	Programs []Program
	Maps     []Map
	Links    []Attachment
	// Buffers are the sizes of the perf buffers that it has mapped, in bytes,
	// without the page of each that holds its state.
	Buffers []int
	// LateBuffers tells that the program slept or polled after it had attached
	// something, and made its first perf buffer after that; see
	// StartRequest.Buffers. It does not rest on how long that took.
	LateBuffers bool
}

// Attachment is a program that is attached.
type Attachment struct {
	// ID is that of the link, 0 for a program that was attached to a perf
	// event without one.
	ID uint32
	// ProgramID is the kernel's id of the program.
	ProgramID uint32
}

// Exit is how a program ended.
type Exit struct {
	// Status is its exit status, or -1 when a signal ended it.
	Status int
	// Signal is the name of the signal that ended it, such as "segmentation
	// fault", or empty.
	Signal string
	// Killed tells that the testbed ended it, because it did not end in time.
	Killed bool
	// After is the time from the signal that was to end it, on the testbed's
	// clock; 0 without such a signal.
	After time.Duration
	// Forked tells that it had too many processes at once; see MaxProcesses.
	Forked bool
	// OutOfMemory tells that one of its processes was killed because they used
	// too much memory together; see MaxProgramMemory.
	OutOfMemory bool
	// Leftovers are what it left in the kernel: programs, maps, links, and
	// processes.
	Leftovers []Leftover
}

// MaxProcesses is how many processes and threads a started program may have at
// once, MaxProgramMemory how much memory they may use together, in bytes,
// MaxFiles how much they may write into their working directory, in bytes.
const (
	MaxProcesses     = 64
	MaxProgramMemory = 96 << 20
	MaxFiles         = 8 << 20
)

// OutputRequest asks for what a started program has printed.
type OutputRequest struct {
	// After is how many bytes of the output the caller has already.
	After int
	// Wait is the longest time to wait for more, on the testbed's clock. With
	// 0 the call returns what there is.
	Wait time.Duration
	// Settle waits, for no longer than Wait, until the program waits for
	// something and has nothing more to print. One that never waits has nothing
	// more to print when it is silent for a moment.
	Settle bool
}

// Output is what a started program has printed.
type Output struct {
	// Text is what follows the bytes that the caller has. Lines end in "\n".
	Text []byte
	// Truncated tells that the program printed more than MaxOutputBytes, and
	// that the rest is lost.
	Truncated bool
	// Exit is how the program ended, nil while it runs.
	Exit *Exit
}

// MaxOutputBytes bounds what is kept of a program's output. It has room for a
// long line about each of the smallest records that a large buffer holds.
const MaxOutputBytes = 4 << 20

// Signal is a signal that a testbed sends to a started program and to all
// processes of its group.
type Signal uint8

// The signals that a testbed sends.
const (
	SignalInterrupt Signal = iota + 1 // as Ctrl-C does
	SignalTerminate
)

// String is the signal's name in C.
func (s Signal) String() string {
	switch s {
	case SignalInterrupt:
		return "SIGINT"
	case SignalTerminate:
		return "SIGTERM"
	}
	return "no signal"
}

// StopRequest asks to end a started program.
type StopRequest struct {
	// Signal is sent first: SignalInterrupt or SignalTerminate.
	Signal Signal
	// Within is the time that the program has to end, on the testbed's clock.
	// Then it is killed.
	Within time.Duration
}
