// Command bpfgrade grades eBPF exercises on a real kernel.
package main

import (
	"os"

	"github.com/bpfgrade/bpfgrade/command"
	"github.com/bpfgrade/bpfgrade/exercises"
)

func main() {
	os.Exit(command.Main(exercises.All...))
}
