package testbed

// Event is something that programs do and that programs of exercises see.
type Event string

// The events that others than the testbed may cause.
const (
	EventExec    Event = "calls of execve and execveat"
	EventMkdir   Event = "calls of mkdir and mkdirat"
	EventRequest Event = "requests to other disks"
)

// Others counts the events that others have caused since the testbed was
// opened.
type Others map[Event]uint64
