package submission

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// The versions of clang that FindClang looks for, newest first. Older ones lack
// relocations that BPF programs use.
const (
	newestClang = 30
	oldestClang = 11
)

// FindClang returns the clang that a Builder without one uses: "clang" in PATH,
// else the newest "clang-N". The error wraps exec.ErrNotFound.
func FindClang() (string, error) {
	path, err := exec.LookPath("clang")
	if err == nil {
		return path, nil
	}
	for version := newestClang; version >= oldestClang; version-- {
		if path, err := exec.LookPath(fmt.Sprintf("clang-%d", version)); err == nil {
			return path, nil
		}
	}
	return "", err
}

// toolchain is a compiler and the headers that it uses.
type toolchain struct {
	clang       string // the binary itself, no link and no wrapper
	resourceDir string // clang's own headers
	headers     string // the kernel's
	system      []string
	readOnly    []string
}

// The folders of a Linux system that a compiler needs. Those that are missing
// are passed over.
var (
	headerDirs  = []string{"/usr/include/" + multiarch(), "/usr/include"}
	libraryDirs = []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"}
)

// libbpfDir lies behind all others, for sources that include <bpf_helpers.h>.
const libbpfDir = "/usr/include/bpf"

// multiarch is the name of Debian's folder for this architecture.
func multiarch() string {
	switch runtime.GOARCH {
	case "amd64":
		return "x86_64-linux-gnu"
	case "arm64":
		return "aarch64-linux-gnu"
	}
	return runtime.GOARCH + "-linux-gnu"
}

// targetArch is what libbpf's headers call this architecture.
func targetArch() string {
	if runtime.GOARCH == "amd64" {
		return "x86"
	}
	return runtime.GOARCH
}

// findToolchain looks at clang's installation and at the system's headers.
func findToolchain(ctx context.Context, clang, headers string) (*toolchain, error) {
	if clang == "" {
		found, err := FindClang()
		if err != nil {
			return nil, fmt.Errorf("find clang: %w (sudo apt-get install clang)", err)
		}
		clang = found
	}
	// What is found in PATH may be a wrapper, such as ccache's.
	driver, err := ask(ctx, clang, "-print-prog-name=clang")
	if err != nil {
		return nil, err
	}
	if !filepath.IsAbs(driver) {
		if driver, err = exec.LookPath(clang); err != nil {
			return nil, fmt.Errorf("find clang: %w", err)
		}
	}
	t := &toolchain{}
	if t.clang, err = realPath(driver); err != nil {
		return nil, fmt.Errorf("find clang: %w", err)
	}
	resourceDir, err := ask(ctx, clang, "-print-resource-dir")
	if err != nil {
		return nil, err
	}
	if t.resourceDir, err = realPath(resourceDir); err != nil {
		return nil, fmt.Errorf("find clang's headers: %w", err)
	}
	if headers == "" {
		return nil, errors.New("find vmlinux.h: no folder given")
	}
	if t.headers, err = filepath.Abs(headers); err != nil {
		return nil, fmt.Errorf("find vmlinux.h: %w", err)
	}
	t.system = existing(headerDirs)
	if err := t.checkHeaders(); err != nil {
		return nil, err
	}
	t.readOnly = append(existing(libraryDirs), t.clang, t.resourceDir, "/usr/include")
	// An installation outside of /usr/lib has its libraries beside it.
	if prefix := filepath.Dir(filepath.Dir(t.clang)); prefix != "/usr" && prefix != "/" {
		t.readOnly = append(t.readOnly, existing([]string{filepath.Join(prefix, "lib"), filepath.Join(prefix, "lib64")})...)
	}
	return t, nil
}

// checkHeaders fails when what every BPF source includes is not installed:
// that would look like the student's mistake.
func (t *toolchain) checkHeaders() error {
	needed := []struct{ header, from string }{
		{"bpf/bpf_helpers.h", "libbpf's development files (libbpf-dev)"},
		{"linux/bpf.h", "the kernel's headers for user space (linux-libc-dev)"},
		{"asm/types.h", "the kernel's headers for user space (linux-libc-dev)"},
	}
	for _, n := range needed {
		if !t.hasHeader(n.header) {
			return fmt.Errorf("find <%s>: %w: install %s", n.header, fs.ErrNotExist, n.from)
		}
	}
	return nil
}

func (t *toolchain) hasHeader(header string) bool {
	for _, dir := range t.system {
		if _, err := os.Stat(filepath.Join(dir, header)); err == nil {
			return true
		}
	}
	return false
}

// askTimeout bounds what does not take long.
const askTimeout = 30 * time.Second

// ask runs clang, with nothing of the student's, and returns the line that it
// prints.
func ask(ctx context.Context, clang string, option string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	out, err := run(ctx, clang, option)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}

func realPath(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(absolute)
}

func existing(paths []string) []string {
	var found []string
	for _, path := range paths {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			found = append(found, path)
		}
	}
	return found
}
