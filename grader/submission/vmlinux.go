package submission

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// bpftoolTimeout bounds a run of bpftool, which takes about a second.
const bpftoolTimeout = 2 * time.Minute

// VMLinux makes the headers for a kernel from its BTF, a raw file such as
// /sys/kernel/btf/vmlinux, and returns the folder that they are in:
//
//   - vmlinux.h, which bpftool writes;
//   - gnu/stubs-32.h, empty. glibc's <features.h> wants it of every machine that
//     it does not know, BPF too, so without it no source could include
//     <stdint.h>.
//
// They are made once for the same BTF and bpftool, in a folder of their own
// below cacheDir. Of several processes that want them one makes them and the
// others wait.
func VMLinux(ctx context.Context, btfFile, cacheDir string) (dir string, err error) {
	ctx, cancel := context.WithTimeout(ctx, bpftoolTimeout)
	defer cancel()
	bpftool, version, err := FindBPFTool(ctx)
	if err != nil {
		return "", fmt.Errorf("make vmlinux.h: %w", err)
	}
	key, err := headersKey(version, btfFile)
	if err != nil {
		return "", fmt.Errorf("make vmlinux.h: %w", err)
	}
	parent := filepath.Join(cacheDir, "headers")
	dir = filepath.Join(parent, key)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("make vmlinux.h: %w", err)
	}
	lock := flock.New(filepath.Join(parent, "lock"))
	if _, err := lock.TryLockContext(ctx, headersPoll); err != nil {
		return "", fmt.Errorf("make vmlinux.h: wait for another process that makes it: %w", err)
	}
	defer lock.Close()
	if err := makeHeaders(ctx, bpftool, btfFile, dir); err != nil {
		return "", fmt.Errorf("make vmlinux.h: %w", err)
	}
	return dir, nil
}

// headersPoll is how often it is looked whether another process is done.
const headersPoll = 50 * time.Millisecond

// makeHeaders makes the headers in dir, unless they are there, whole or not at
// all. It removes what a process that was killed has left. It wants the lock.
func makeHeaders(ctx context.Context, bpftool, btfFile, dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	unfinished := filepath.Join(filepath.Dir(dir), "unfinished")
	left, err := filepath.Glob(unfinished + "*")
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(unfinished)
	if err := writeHeaders(ctx, bpftool, btfFile, unfinished); err != nil {
		return err
	}
	return os.Rename(unfinished, dir)
}

// headersFormat changes when what VMLinux writes does.
const headersFormat = "1"

// headersKey is the hash of all that the headers depend on.
func headersKey(version, btfFile string) (string, error) {
	f, err := os.Open(btfFile)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n%s\n", headersFormat, version)
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil))[:32], nil
}

func writeHeaders(ctx context.Context, bpftool, btfFile, dir string) error {
	header, err := run(ctx, bpftool, "btf", "dump", "file", btfFile, "format", "c")
	if err != nil {
		return err
	}
	if !bytes.Contains(header, []byte("struct task_struct {")) {
		return fmt.Errorf("%s is not the BTF of a kernel: it has no struct task_struct", btfFile)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "vmlinux.h"), header, 0o644); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "gnu"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "gnu", "stubs-32.h"), nil, 0o644)
}

// FindBPFTool returns the bpftool that VMLinux uses, and what it says of its
// version. The error wraps exec.ErrNotFound when there is none.
func FindBPFTool(ctx context.Context) (path, version string, err error) {
	// Ubuntu's is a script that looks for the one that fits the running
	// kernel, which need not be there; any will do. And an ordinary user's PATH
	// often lacks sbin.
	candidates := []string{"bpftool", "/usr/sbin/bpftool", "/sbin/bpftool"}
	packaged, err := filepath.Glob("/usr/lib/linux-tools*/*/bpftool")
	if err != nil {
		return "", "", err
	}
	notFound := exec.ErrNotFound
	for _, candidate := range append(candidates, packaged...) {
		path, err := exec.LookPath(candidate)
		if err != nil {
			continue
		}
		out, err := run(ctx, path, "version")
		if err == nil {
			return path, strings.TrimSpace(string(out)), nil
		}
		notFound = err
	}
	return "", "", fmt.Errorf("find bpftool: %w (sudo apt-get install bpftool)", notFound)
}

// outputDeadline is how long the output of a program that has ended may take to
// be read, on a loaded machine.
const outputDeadline = time.Minute

// run runs a program of this machine, with nothing of the student's, and
// returns what it prints.
func run(ctx context.Context, path string, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stderr = &stderr
	cmd.WaitDelay = outputDeadline
	out, err := cmd.Output()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("run %s %s: %w: %s", path, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
