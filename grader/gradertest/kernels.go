package gradertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader"
	"github.com/bpfgrade/bpfgrade/grader/backend"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm"
	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

// KernelsEnv names the environment variable that lists the kernels to test on,
// separated by spaces; "local" is this machine's own, which needs root. A
// kernel in the list that cannot be had fails the test. Without a list the
// tests run on the default kernel, and are skipped where there is none.
const KernelsEnv = "BPFGRADE_KERNELS"

// Kernels are the kernels to test on, as KernelsEnv lists them; without a list
// the default kernel, whose name is empty.
func Kernels() []string {
	if names := strings.Fields(os.Getenv(KernelsEnv)); len(names) > 0 {
		return names
	}
	return []string{""}
}

// OnKernels calls test in a subtest for each kernel.
func OnKernels(t *testing.T, test func(*testing.T, *grader.Grader)) {
	onKernelsWith(t, Kernels(), backend.Options{Name: backend.VM, Agent: Command(t)}, test)
}

// onKernelsWith does so for some kernels and with guests of a certain kind.
func onKernelsWith(t *testing.T, names []string, options backend.Options, test func(*testing.T, *grader.Grader)) {
	if names[0] == "" {
		SkipWithoutKernel(t)
	}
	options.Log = func(text string) { fmt.Fprintln(os.Stderr, text) }
	for _, name := range names {
		options := options
		options.Kernel = name
		if name == backend.Local {
			options.Name, options.Kernel = backend.Local, ""
		}
		t.Run("linux-"+name, func(t *testing.T) {
			b, err := backend.Open(t.Context(), options)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, b.Close()) })
			test(t, &b.Grader)
		})
	}
}

// SkipWithoutKernel skips the test on a machine that is not set up: without
// QEMU, or without a kernel.
func SkipWithoutKernel(t *testing.T) {
	if _, err := vm.Version(t.Context()); errors.Is(err, vm.ErrNoQEMU) {
		t.Skip(err)
	}
	dir, err := kernel.DefaultDir()
	require.NoError(t, err)
	store, err := kernel.OpenStore(dir)
	require.NoError(t, err)
	var missing *kernel.NotFoundError
	if _, err := store.Find(""); errors.As(err, &missing) {
		t.Skip(err)
	}
}

// Command builds the command, which is also the first process of a guest, and
// returns its path. The build depends on nothing but the sources, so that all
// tests and the command itself share their templates.
func Command(t *testing.T) string {
	return build(t, "github.com/bpfgrade/bpfgrade/cmd/bpfgrade")
}

// build builds the command in a package and returns its path.
func build(t *testing.T, pkg string) string {
	path := filepath.Join(t.TempDir(), "bpfgrade")
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "go", "build", "-trimpath", "-buildvcs=false", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, string(output))
	return path
}
