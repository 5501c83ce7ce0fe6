package vm

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bpfgrade/bpfgrade/grader/testbed/agent"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

// Config describes the guests of a template.
type Config struct {
	// Kernel is what they run.
	Kernel kernel.Kernel
	// Agent is the path of a static executable that becomes their first
	// process; see package agent.
	Agent string
	// OtherDisk gives them one more disk, which is not the testbed's.
	OtherDisk bool
	// Dir is the folder in which templates are kept from run to run.
	Dir string
	// Log tells a person about what takes long.
	Log func(string)

	// Found by Open.
	qemu, initrd string
	accel        accelerator
}

func (c *Config) log(text string) {
	if c.Log != nil {
		c.Log(text)
	}
}

// portName is the port on which the agent listens.
const portName = agent.PortName

// QEMU is the name of the emulator's executable.
const QEMU = "qemu-system-x86_64"

// ErrNoQEMU says that QEMU is not installed.
var ErrNoQEMU = errors.New(QEMU + " is not installed (sudo apt-get install qemu-system-x86)")

// findQEMU returns the path of QEMU.
func findQEMU() (string, error) {
	path, err := exec.LookPath(QEMU)
	if errors.Is(err, exec.ErrNotFound) {
		return "", ErrNoQEMU
	}
	if err != nil {
		return "", fmt.Errorf("find qemu: %w", err)
	}
	return filepath.Abs(path)
}

// Version is what the QEMU that would be used says of itself. The error wraps
// ErrNoQEMU when there is none.
func Version(ctx context.Context) (string, error) {
	qemu, err := findQEMU()
	if err != nil {
		return "", err
	}
	return qemuVersion(ctx, qemu)
}

// qemuVersion is the first line of what QEMU says of itself.
func qemuVersion(ctx context.Context, qemu string) (string, error) {
	var stderr limitedBuffer
	cmd := exec.CommandContext(ctx, qemu, "--version")
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w: %s", qemu, err, strings.TrimSpace(stderr.String()))
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line, nil
}
