package submission

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
)

// Builder compiles submissions in a sandbox. It may be used by several
// goroutines and must not be copied.
type Builder struct {
	// Clang is the compiler, a path or a name in PATH. If empty, FindClang
	// chooses one.
	Clang string
	// Headers is a folder with the vmlinux.h of the kernel that grades, as
	// VMLinux makes it. A submission's own vmlinux.h comes before it.
	Headers string
	// Cache is a folder in which what was built is kept from run to run. If
	// empty, everything is built each time.
	Cache string
	// Limits bound the compiler; by default they are sandbox.DefaultLimits.
	Limits sandbox.Limits

	mu      sync.Mutex
	tools   *toolchain
	program *programTools
	// Those compilers on sources of our own.
	toolsTrial, programTrial trial
}

// BPF compiles the submission's Source. It returns the object's path, which
// lasts until the submission is closed, and the compiler's warnings, shortened.
// The error is a *BuildError when the source is at fault, and wraps a
// *sandbox.UnavailableError when nothing can be built safely on this machine.
func (b *Builder) BPF(ctx context.Context, s *Submission) (object, log string, err error) {
	if s.Source == "" {
		return "", "", fmt.Errorf("build %s: it has no source", s.Name)
	}
	tools, err := b.toolchain(ctx)
	if err != nil {
		return "", "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	if object, log, err = tools.compile(ctx, s, &cache{b.Cache}, b.Limits); err != nil {
		return "", "", b.toolsTrial.blame(s, err, func() error { return tools.try(ctx) })
	}
	return object, log, nil
}

// trial is what came of trying a compiler on a source that is not at fault.
type trial struct {
	mu     sync.Mutex
	passed bool
}

// blame returns err, for which a submission's source is at fault, unless the
// compiler is: it is tried the first time it refuses a source.
func (t *trial) blame(s *Submission, err error, try func() error) error {
	var fault *BuildError
	if !errors.As(err, &fault) {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.passed {
		return err
	}
	if tried := try(); tried != nil {
		return fmt.Errorf("build %s: %w", s.Name, tried)
	}
	t.passed = true
	return err
}

// toolchain finds the compiler, once.
func (b *Builder) toolchain(ctx context.Context) (*toolchain, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tools == nil {
		tools, err := findToolchain(ctx, b.Clang, b.Headers)
		if err != nil {
			return nil, err
		}
		b.tools = tools
	}
	return b.tools, nil
}

// try compiles what every source includes. What fails here is the fault of
// this machine.
func (t *toolchain) try(ctx context.Context) error {
	const source = "#include <vmlinux.h>\n#include <bpf/bpf_helpers.h>\n"
	err := trySource(sourceName, source, func(s *Submission) error {
		s.Source = sourceName
		_, _, err := t.compile(ctx, s, &cache{}, sandbox.DefaultLimits)
		return err
	})
	var fault *BuildError
	if errors.As(err, &fault) {
		return fmt.Errorf("try %s: %s", t.clang, fault.Error())
	}
	return err
}

// compile is BPF, with a compiler that is known.
func (t *toolchain) compile(ctx context.Context, s *Submission, c *cache, limits sandbox.Limits) (object, log string, err error) {
	out, err := os.MkdirTemp(s.scratch.Path, "build-")
	if err != nil {
		return "", "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	object = filepath.Join(out, objectName)
	command := t.command(s, object)
	command.Limits = limits
	key := cacheKey(s, command, s.Source)
	if log, found := c.get(key, object); found {
		return object, log, nil
	}
	result, err := sandbox.Run(ctx, command)
	if err == nil && result.Truncated && result.ExitCode > 0 {
		// Once more without the warnings, to see the errors behind them.
		command.Args = append([]string{"-w"}, command.Args...)
		result, err = sandbox.Run(ctx, command)
	}
	if err != nil {
		return "", "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	if log, err = product(s, s.Source, object, command, result, s.Dir, out, t.headers); err != nil {
		return "", "", err
	}
	c.put(key, object, log)
	return object, log, nil
}

// product looks at the file that a compiler was to make of a source, and
// returns the warnings, shortened. Messages name files as the student knows
// them, without the folders given.
func product(s *Submission, source, file string, command sandbox.Command, result *sandbox.Result, folders ...string) (log string, err error) {
	var hidden []string
	for _, folder := range folders {
		hidden = append(hidden, folder+"/", "")
	}
	text := safeText(strings.NewReplacer(hidden...).Replace(string(result.Stderr)))
	if result.ExitCode != 0 {
		return "", buildError(s, source, command.Limits, result, text)
	}
	if fi, err := os.Lstat(file); err != nil || !fi.Mode().IsRegular() {
		return "", fmt.Errorf("build %s: %s made no %s", s.Name, command.Path, filepath.Base(file))
	}
	return shorten(text), nil
}

// command is the compiler's command line. It runs in the source's folder, so
// that messages and debug information name the file and not this machine's
// folders.
func (t *toolchain) command(s *Submission, object string) sandbox.Command {
	sourceDir, source := path.Split(s.Source)
	dir := filepath.Join(s.Dir, filepath.FromSlash(sourceDir))
	args := []string{
		"-g", "-O2", "-target", "bpf", "-D__TARGET_ARCH_" + targetArch(),
		// The sandbox permits one process.
		"-fintegrated-cc1",
		// For the grader: short and plain messages, no reproducer of a crash.
		"-ferror-limit=20", "-fno-color-diagnostics", "-fno-crash-diagnostics",
		"-fdebug-prefix-map=" + dir + "=",
		"-resource-dir", t.resourceDir, "-nostdlibinc",
		"-I.",
	}
	// The submission's own folder, where the source lies deeper.
	if up := strings.Count(sourceDir, "/"); up > 0 {
		args = append(args, "-I"+strings.TrimSuffix(strings.Repeat("../", up), "/"))
	}
	args = append(args, "-I"+t.headers, "-fdebug-prefix-map="+t.headers+"/=")
	for _, system := range t.system {
		args = append(args, "-isystem", system)
	}
	args = append(args, "-idirafter", libbpfDir, "-x", "c", "-c", argument(source), "-o", object)
	return sandbox.Command{
		Path:     t.clang,
		Args:     args,
		Env:      []string{"LLVM_DISABLE_SYMBOLIZATION=1"},
		Dir:      dir,
		ReadOnly: append([]string{s.Dir, t.headers}, t.readOnly...),
		Writable: []string{filepath.Dir(object)},
	}
}

// argument returns a file's name such that it cannot be taken for an option.
func argument(file string) string {
	if c := file[0]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' {
		return file
	}
	return "./" + file
}
