package command

import (
	"fmt"
	"runtime/debug"
)

// Version is the tool's version. A release is built with
// -ldflags "-X github.com/bpfgrade/bpfgrade/command.Version=1.2.3".
var Version = ""

// version is Version, or what the build knows of itself.
func version() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.0.0-dev"
}

// tool names the tool with its version in reports.
func tool() string { return "bpfgrade " + version() }

type versionCmd struct{}

func (versionCmd) Run(env *environment) error {
	_, err := fmt.Fprintln(env.stdout, tool())
	return err
}
