package local

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/bpfgrade/bpfgrade/grader/testbed"
)

// Install implements [testbed.Testbed]. The folder is root's: a submission's
// program can read what is in it and no more.
func (tb *Testbed) Install(ctx context.Context, req testbed.InstallRequest) (string, error) {
	if ctx.Err() != nil {
		return "", fmt.Errorf("install: %w", ctx.Err())
	}
	if !filepath.IsLocal(req.Name) || filepath.Base(req.Name) != req.Name {
		return "", fmt.Errorf("install: %q is no name of a file", req.Name)
	}
	if tb.installed == "" {
		dir, err := mountTemp("installed", "mode=0755")
		if err != nil {
			return "", fmt.Errorf("install %s: %w", req.Name, err)
		}
		tb.installed = dir
	}
	path := filepath.Join(tb.installed, req.Name)
	if err := writeExecutable(path, req.Data); err != nil {
		return "", fmt.Errorf("install: %w", err)
	}
	return path, nil
}

// outputDeadline is how long the output of a program that has ended may take to
// be read. A second was too short for an emulated machine on a loaded host.
const outputDeadline = time.Minute

// Run implements [testbed.Testbed].
func (tb *Testbed) Run(ctx context.Context, req testbed.RunRequest) (*testbed.RunReport, error) {
	if tb.installed == "" || filepath.Base(req.Name) != req.Name {
		return nil, fmt.Errorf("run %q: it was not installed", req.Name)
	}
	var output tail
	cmd := exec.CommandContext(ctx, filepath.Join(tb.installed, req.Name), req.Args...)
	cmd.Dir = tb.installed
	cmd.Env = []string{}
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.WaitDelay = outputDeadline
	cmd.SysProcAttr = &unix.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return nil, fmt.Errorf("run %s: %w", req.Name, ctx.Err())
	}
	if err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("run %s: %w", req.Name, err)
	}
	return &testbed.RunReport{Status: cmd.ProcessState.ExitCode(), Output: output}, nil
}

// tail keeps the end of what is written to it.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	*t = append(*t, p...)
	if over := len(*t) - testbed.MaxRunOutput; over > 0 {
		*t = append(tail(nil), (*t)[over:]...)
	}
	return len(p), nil
}
