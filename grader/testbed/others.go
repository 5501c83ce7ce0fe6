package testbed

// Event is something that programs do and that programs of exercises see.
type Event string

// The events that others than the testbed may cause.
const (
	EventExec    Event = "calls of execve and execveat"
	EventMkdir   Event = "calls of mkdir and mkdirat"
	EventRequest Event = "requests to other disks"
)

// Others are the events that others have caused since the testbed was opened.
type Others map[Event]Activity

// Activity is how often something happened.
type Activity struct {
	Count uint64
	// Last is when the last one was, on the monotonic clock in nanoseconds.
	Last uint64
}
