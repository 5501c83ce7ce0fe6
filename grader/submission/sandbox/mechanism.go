package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"
)

// mechanism is a way to keep a program from the files of this machine.
type mechanism struct {
	name string
	// attributes are those of the process that is to be restricted.
	attributes func() *syscall.SysProcAttr
	// restrict takes away from this process whatever c does not give. Paths
	// in c stay valid.
	restrict func(c *Command) error
	// countsProcesses tells that RLIMIT_NPROC counts the command's processes
	// alone.
	countsProcesses bool
	// advice says what would make it work, given why it does not.
	advice func(err error) string
}

// mechanisms are in order of preference.
func mechanisms() []*mechanism { return []*mechanism{namespace, landlocked} }

func mechanismNamed(name string) *mechanism {
	for _, m := range mechanisms() {
		if m.name == name {
			return m
		}
	}
	return nil
}

// probeWall is how long a probe may take on a machine that is busy.
const probeWall = 60 * time.Second

// probe restricts a process in full, with nothing to run in it.
func (m *mechanism) probe() error {
	c := Command{Dir: "/", Limits: Limits{Wall: probeWall}.withDefaults()}
	result, err := m.start(context.Background(), job{Mechanism: m.name, Command: c, Probe: true})
	switch {
	case err != nil:
		return err
	case result.ExitCode != 0:
		return fmt.Errorf("sandbox: a restricted process ended with %d (signal %d)", result.ExitCode, result.Signal)
	}
	return nil
}

var chosen struct {
	sync.Mutex
	mechanism *mechanism
}

// choose returns the first mechanism that works here. Only a success is
// remembered.
func choose() (*mechanism, error) {
	chosen.Lock()
	defer chosen.Unlock()
	if chosen.mechanism != nil {
		return chosen.mechanism, nil
	}
	unavailable := &UnavailableError{}
	for _, m := range mechanisms() {
		err := m.probe()
		if err == nil {
			chosen.mechanism = m
			return m, nil
		}
		unavailable.Reasons = append(unavailable.Reasons, Reason{Mechanism: m.name, Err: err, Help: m.advice(err)})
	}
	return nil, unavailable
}

// Available returns the mechanism that Run uses on this machine, "user
// namespace" or "landlock", or an *UnavailableError. It has tried it.
func Available() (mechanism string, err error) {
	m, err := choose()
	if err != nil {
		return "", err
	}
	return m.name, nil
}

// UnavailableError says that this machine offers no way to restrict a program.
type UnavailableError struct {
	// Reasons has one entry a mechanism.
	Reasons []Reason
}

// Reason says why a mechanism does not work.
type Reason struct {
	Mechanism string
	Err       error
	// Help says what to enable.
	Help string
}

func (e *UnavailableError) Error() string {
	var b strings.Builder
	b.WriteString("hostile sources cannot be built safely on this machine")
	for _, r := range e.Reasons {
		fmt.Fprintf(&b, "; %s: %v", r.Mechanism, errors.Unwrap(r.Err))
	}
	return b.String()
}

// Help says what to enable: any one of the sentences is enough.
func (e *UnavailableError) Help() string {
	var help []string
	for _, r := range e.Reasons {
		help = append(help, r.Help)
	}
	return strings.Join(help, " Or: ")
}

func (e *UnavailableError) Unwrap() []error {
	var errs []error
	for _, r := range e.Reasons {
		errs = append(errs, r.Err)
	}
	return errs
}
