package testbed

import "time"

// Info describes the kernel of a testbed.
type Info struct {
	// Release is what uname -r prints.
	Release string
	// Version is what uname -v prints.
	Version string
	// CPUs are the numbers of the processors that are online.
	CPUs []int
	// Disks are the testbed's block devices, none where FeatureBlockDevice is
	// missing.
	Disks []Disk
	// Shared tells that other programs run on this kernel, which can disturb
	// what is measured.
	Shared bool
	// Missing holds the reason for each feature this kernel does not offer.
	Missing map[Feature]string
}

// Feature is something an exercise can need from a kernel.
type Feature string

// The features that a testbed probes for.
const (
	FeatureBTF         Feature = "btf"          // the kernel's own type information
	FeatureTracepoints Feature = "tracepoints"  // tracefs and syscall tracepoints
	FeatureKprobes     Feature = "kprobes"      // probes on kernel functions
	FeatureUprobes     Feature = "uprobes"      // probes on functions of user space
	FeatureFentry      Feature = "fentry"       // tracing programs on kernel functions
	FeaturePrintk      Feature = "printk"       // bpf_printk lines in a trace instance
	FeaturePerfBuffer  Feature = "perf-buffer"  // records through a perf event array
	FeatureBlockDevice Feature = "block-device" // disks that only the grader uses
	FeatureTwoCPUs     Feature = "two-cpus"     // at least two processors online
	FeatureProgram     Feature = "program"      // programs of user space with few privileges
)

// LoadRequest asks to load a BPF object.
type LoadRequest struct {
	// Object is an ELF file as clang writes it.
	Object []byte
}

// Object is a BPF object in the kernel.
type Object struct {
	Programs []Program
	Maps     []Map
	// Duration is how long the kernel and the loader took.
	Duration time.Duration
}

// Program is a program in the kernel.
type Program struct {
	ID      uint32
	Name    string
	Section string
	// Type is the kernel's program type, such as "Kprobe".
	Type string
	// Instructions counts the verified instructions the verifier looked at;
	// zero where the kernel does not tell.
	Instructions uint32
}

// Map is a map in the kernel.
type Map struct {
	ID   uint32
	Name string
	// Type is the kernel's map type, such as "Array".
	Type string
	// KeySize and ValueSize are in bytes.
	KeySize, ValueSize, MaxEntries uint32
}

// AttachRequest asks to attach programs.
type AttachRequest struct {
	// Target is the executable for uprobe sections that name none.
	Target string
}

// Link is a program attached to its hook.
type Link struct {
	Program string
	// Hook is what it is attached to, in words: "kprobe on vfs_read".
	Hook string
}

// ExecKind is a way to call execve.
type ExecKind uint8

// The ways to call execve and execveat.
const (
	// ExecSuccess starts a process that calls execve with success, once.
	ExecSuccess ExecKind = iota + 1
	// ExecFailure calls execve with a path that does not exist.
	ExecFailure
	// ExecveatSuccess starts a process that calls execveat with success, as
	// fexecve does.
	ExecveatSuccess
	// ExecveatFailure calls execveat with a path that does not exist.
	ExecveatFailure
)

// ExecKinds are all ways to call execve and execveat.
var ExecKinds = []ExecKind{ExecSuccess, ExecFailure, ExecveatSuccess, ExecveatFailure}

// String returns the words for a report.
func (k ExecKind) String() string {
	switch k {
	case ExecSuccess:
		return "successful execve"
	case ExecFailure:
		return "failing execve"
	case ExecveatSuccess:
		return "successful execveat"
	case ExecveatFailure:
		return "failing execveat"
	}
	return "unknown call"
}

// ExecStep is a number of equal calls in a row on one processor.
type ExecStep struct {
	Kind ExecKind
	// CPU is one of Info.CPUs.
	CPU int
	// Count is the number of calls.
	Count int
}

// ExecRequest asks for execve and execveat calls.
type ExecRequest struct {
	Steps []ExecStep
	// Concurrent runs the steps of different processors at the same time;
	// otherwise each step begins when the one before has ended.
	Concurrent bool
}

// ExecReport says what was done.
type ExecReport struct {
	// Steps are in the order of the request.
	Steps []ExecStepReport
}

// ExecStepReport is what one step did.
type ExecStepReport struct {
	// Done counts the calls that were made and ended as the kind says.
	Done int
	// Start and End bound the calls on the monotonic clock, in nanoseconds.
	Start, End uint64
}

// Disks is how many block devices a testbed has, which nobody else uses.
const Disks = 2

// Disk is one of them.
type Disk struct {
	// Name is its name, such as "vda".
	Name string
	// Number is the device's number as the kernel has it: the major number in
	// the upper 12 bits, the minor number in the lower 20 (MKDEV in
	// linux/kdev_t.h).
	Number uint32
}

// BlockStep reads or writes a disk, once.
type BlockStep struct {
	// Disk is the place of the disk in Info.Disks.
	Disk  int
	Write bool
	// Bytes is a multiple of 512, 128 KiB at most, so that it stays one
	// request.
	Bytes int
	// Halved makes two requests of it, each of half the bytes: the disk takes no
	// more at a time. A half is a multiple of 4 KiB.
	Halved bool
}

// BlockRequest asks for direct reads and writes, one after another.
type BlockRequest struct {
	Steps []BlockStep
}

// BlockReport says what was done.
type BlockReport struct {
	// Steps are in the order of the request.
	Steps []BlockStepReport
}

// BlockStepReport is one request that was made.
type BlockStepReport struct {
	// Start and End are just before and after the system call on the
	// monotonic clock, in nanoseconds.
	Start, End uint64
	// Allocated is the start_time_ns of the first request and Started the time at
	// which blk_mq_start_request was called with it, as the testbed's own program
	// saw them.
	Allocated, Started uint64
	// Requests is how many were started, as it saw them.
	Requests int
}

// Element is a key of a map with its value.
type Element struct {
	Key []byte
	// Values holds one value, or one for each possible CPU.
	Values [][]byte
}

// WatchRequest asks to collect records.
type WatchRequest struct {
	MapID uint32
	// Pages is the size of the buffer of each processor, in pages; a power
	// of two. A ring buffer has a size of its own and ignores it.
	Pages int
}

// Records are the records that reached a map.
type Records struct {
	// Records are in order for each processor, not across processors.
	Records []Record
	// Lost counts the records that found no room in the buffer.
	Lost uint64
	// Dropped counts the records that were read but are not returned because
	// there were too many of them; see MaxRecords.
	Dropped uint64
}

// MaxRecords and MaxRecordBytes bound what one call of Records returns.
const (
	MaxRecords     = 1 << 17
	MaxRecordBytes = 8 << 20
)

// Record is one record of a perf event array or ring buffer.
type Record struct {
	// CPU is the processor on which it was made, -1 for a ring buffer.
	CPU int
	// Data is what the program sent; a perf event array adds up to seven
	// bytes of padding.
	Data []byte
}

// Trace is what programs wrote with bpf_printk.
type Trace struct {
	Lines []TraceLine
	// Lost counts the lines that found no room in the trace buffer.
	Lost uint64
	// Truncated says that there were more lines than a call returns; see
	// MaxTraceBytes.
	Truncated bool
}

// MaxTraceBytes bounds the text that one call of Trace reads.
const MaxTraceBytes = 4 << 20

// TraceLine is one line of bpf_printk.
type TraceLine struct {
	// CPU is the processor on which it was written.
	CPU int
	// Task and PID name the thread that was running.
	Task string
	PID  int
	Text string
}

// RunStats tells how often a program ran.
type RunStats struct {
	Runs uint64
	// Time is the sum over all runs.
	Time time.Duration
}

// Leftover is something of a submission that stays in the kernel.
type Leftover struct {
	// Kind is "program", "map", "link", "pin" or "process".
	Kind string
	Name string
	ID   uint32
}
