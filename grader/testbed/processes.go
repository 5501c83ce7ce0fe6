package testbed

// CallKind is a system call that a process makes, and how it ends.
type CallKind uint8

// The calls that processes make. Those that fail do so because there is no file
// of that name, after the kernel has taken the name from the caller. They leave
// the process what it was.
const (
	CallExecveFailure CallKind = iota + 1
	CallExecveatFailure
	// CallMkdirSuccess makes a folder. The testbed removes it later, in a
	// process of its own.
	CallMkdirSuccess
	CallMkdirFailure
	// CallMkdiratSuccess is CallMkdirSuccess with mkdirat.
	CallMkdiratSuccess
	CallMkdiratFailure
	CallRmdirFailure
	CallUnlinkatFailure
)

// CallKinds are all kinds of calls.
var CallKinds = []CallKind{
	CallExecveFailure, CallExecveatFailure,
	CallMkdirSuccess, CallMkdirFailure, CallMkdiratSuccess, CallMkdiratFailure,
	CallRmdirFailure, CallUnlinkatFailure,
}

// String returns the words for a report.
func (k CallKind) String() string {
	switch k {
	case CallExecveFailure:
		return "failing execve"
	case CallExecveatFailure:
		return "failing execveat"
	case CallMkdirSuccess:
		return "successful mkdir"
	case CallMkdirFailure:
		return "failing mkdir"
	case CallMkdiratSuccess:
		return "successful mkdirat"
	case CallMkdiratFailure:
		return "failing mkdirat"
	case CallRmdirFailure:
		return "failing rmdir"
	case CallUnlinkatFailure:
		return "failing unlinkat"
	}
	return "unknown call"
}

// Bounds of a ProcessRequest; worker.h has them too.
const (
	MaxCallers   = 16
	MaxThreads   = 8
	MaxCallSteps = 256
	// MaxComm is the length of a name, in bytes.
	MaxComm = 15
)

// Process is a process to be started. It never calls execve but in its steps:
// it is a copy of one that is there already.
type Process struct {
	// Comm is the name of all its threads, 1 to MaxComm bytes.
	Comm string
	// Threads counts its threads with the main one, 1 to MaxThreads.
	Threads int
	// UID is its user and its group; 0 is root.
	UID uint32
}

// CallStep is a number of equal calls in a row by one thread.
type CallStep struct {
	// Process is an index of ProcessRequest.Processes, Thread one of its
	// threads; 0 is the main one.
	Process, Thread int
	// CPU is one of Info.CPUs.
	CPU  int
	Kind CallKind
	// Count is the number of calls.
	Count int
	// Comm, if it is not empty, is a new name that the thread gives itself
	// before the calls. Other threads keep theirs.
	Comm string
}

// ProcessRequest asks for processes that make calls.
type ProcessRequest struct {
	// Processes are MaxCallers at most, all there before the first call.
	Processes []Process
	// Steps are MaxCallSteps at most.
	Steps []CallStep
	// Concurrent lets all threads make their calls at the same time, each its
	// own steps in their order; otherwise each step begins when the one before
	// has ended.
	Concurrent bool
}

// ProcessReport says what was done.
type ProcessReport struct {
	// Processes and Steps are in the order of the request.
	Processes []ProcessInfo
	Steps     []CallStepReport
}

// ProcessInfo is a process that was started.
type ProcessInfo struct {
	// PID is the process id, which the kernel calls tgid.
	PID uint32
	// TIDs are the ids of its threads, which the kernel calls pid. The first,
	// that of the main thread, is PID.
	TIDs []uint32
}

// CallStepReport is what one step did.
type CallStepReport struct {
	// Done counts the calls that were made and ended as the kind says.
	Done int
	// Start and End are just before the first and just after the last call on
	// the monotonic clock, in nanoseconds.
	Start, End uint64
}
