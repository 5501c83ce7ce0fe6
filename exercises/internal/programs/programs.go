// Package programs holds the checks of what any program in user space must do.
package programs

import (
	"fmt"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// EndsOn is the check that a program ends on a signal, with status 0, and
// leaves nothing behind.
func EndsOn(signal testbed.Signal, points float64) grader.Check {
	return grader.Check{
		Name:   "ends on " + signal.String(),
		Points: points,
		On:     grader.OnProgram,
		Run:    func(t *grader.T) { ends(t, signal) },
	}
}

const handleIt = "Handle SIGINT and SIGTERM: let the handler set a variable of type volatile sig_atomic_t that the loop looks at, then detach, clean up and return 0 from main."

func ends(t *grader.T, signal testbed.Signal) {
	exit := t.Stop(signal)
	f := grader.Failure{Expected: "it ends with status 0", Help: handleIt}
	switch {
	case exit.Killed:
		f.Actual = "it still runs"
		f.Message = fmt.Sprintf("The program did not end after %s, and was killed.", signal)
	case exit.Signal != "":
		f.Actual = "a signal ended it: " + exit.Signal
		f.Message = fmt.Sprintf("The program was sent %s, and a signal ended it: %s.", signal, exit.Signal)
		if exit.Signal != kernelNames[signal] {
			f.Help = "It came as far as to clean up. Is something freed twice, or used after it was freed?"
		}
	case exit.Status != 0:
		f.Actual = fmt.Sprintf("it ended with status %d", exit.Status)
		f.Message = fmt.Sprintf("The program ended after %s with status %d.", signal, exit.Status)
		f.Help = "A signal interrupts what the program waits in, and the call returns -EINTR or sets errno to EINTR: that is no error. Return 0 from main."
	case len(exit.Leftovers) > 0:
		var names []string
		for _, l := range exit.Leftovers {
			names = append(names, strings.TrimSpace(l.Kind+" "+l.Name))
		}
		f.Expected = "nothing stays"
		f.Actual = strings.Join(names, ", ")
		f.Message = fmt.Sprintf("The program ended after %s and left behind: %s.", signal, f.Actual)
		f.Help = "A program that ends takes its BPF programs with it, unless a process that it started holds them. End that too."
		if exit.Leftovers[0].Kind == "pin" {
			f.Help = "What is pinned in the BPF file system stays there when the program ends: leave the pinning out, or unpin it at the end."
		}
	default:
		return
	}
	t.Fail(f)
}

// kernelNames are the kernel's words for the signals.
var kernelNames = map[testbed.Signal]string{
	testbed.SignalInterrupt: "interrupt",
	testbed.SignalTerminate: "terminated",
}
