package submission

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/bpfgrade/bpfgrade/grader/filehash"
	"github.com/bpfgrade/bpfgrade/grader/scratch"
	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
)

// HasProgram tells whether the user-space half was handed in.
func (s *Submission) HasProgram() bool { return s.ProgramSource+s.Program != "" }

// ProgramText is what is in ProgramSource.
func (s *Submission) ProgramText() ([]byte, error) {
	return os.ReadFile(filepath.Join(s.Dir, filepath.FromSlash(s.ProgramSource)))
}

// programLimits are for a compiler of C and the assembler and linker that it
// starts, with libbpf to link.
var programLimits = sandbox.Limits{CPU: 30 * time.Second, Wall: 2 * time.Minute, Processes: 16}

// Program compiles the submission's ProgramSource, and links it statically with
// libbpf, or takes the prebuilt Program. Object is the BPF half's object file,
// which a source may include as a skeleton. It returns the executable's path,
// which lasts until the submission is closed, and the compiler's warnings,
// shortened. The errors are those of [Builder.BPF].
func (b *Builder) Program(ctx context.Context, s *Submission, object string) (program, log string, err error) {
	switch {
	case s.Program != "":
		program = filepath.Join(s.Dir, filepath.FromSlash(s.Program))
		return program, "", checkProgram(program)
	case s.ProgramSource == "":
		return "", "", fmt.Errorf("build %s: it has no user-space half", s.Name)
	}
	tools, err := b.programTools(ctx)
	if err != nil {
		return "", "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	skeleton, err := findSkeleton(s)
	if err != nil {
		return "", "", err
	}
	hash := ""
	if skeleton != nil {
		if hash, err = filehash.SHA256(object); err != nil {
			return "", "", fmt.Errorf("build %s: %w", s.Name, err)
		}
	}
	program, log, err = tools.build(ctx, s, &cache{b.Cache}, hash, func() error { return skeleton.make(ctx, s, object) })
	if err != nil {
		return "", "", b.programTrial.blame(s, err, func() error { return tools.try(ctx) })
	}
	return program, log, nil
}

// checkProgram refuses a prebuilt program that would not start.
func checkProgram(path string) error {
	data, err := os.Open(path)
	if err != nil {
		return err
	}
	defer data.Close()
	file, err := elf.NewFile(data)
	if err != nil {
		return &BuildError{Message: programName + " is not an executable"}
	}
	defer file.Close()
	if file.Machine != hostMachine || file.Type != elf.ET_EXEC && file.Type != elf.ET_DYN {
		return &BuildError{Message: fmt.Sprintf("%s is not an executable for this machine (%s)", programName, file.Machine)}
	}
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return &BuildError{Message: programName + " needs shared libraries, which the kernel that grades does not have: link it with -static, or hand in prog.c"}
		}
	}
	return nil
}

// hostMachine is the machine that programs are run on.
const hostMachine = elf.EM_X86_64

// programTools are a compiler of C for this machine and the libraries that
// programs are linked with.
type programTools struct {
	compiler  string
	libraries []string
	readOnly  []string
}

// programTools finds the compiler, once.
func (b *Builder) programTools(ctx context.Context) (*programTools, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.program == nil {
		tools, err := findProgramTools()
		if err != nil {
			return nil, err
		}
		b.program = tools
	}
	return b.program, nil
}

// FindCC returns the compiler of user-space halves: "cc" in PATH, else clang.
// The error wraps exec.ErrNotFound.
func FindCC() (string, error) {
	if path, err := exec.LookPath("cc"); err == nil {
		return path, nil
	}
	return FindClang()
}

func findProgramTools() (*programTools, error) {
	found, err := FindCC()
	if err != nil {
		return nil, fmt.Errorf("find cc: %w", err)
	}
	t := &programTools{libraries: []string{"-lbpf", "-lelf", "-lz"}}
	if t.compiler, err = realPath(found); err != nil {
		return nil, fmt.Errorf("find cc: %w", err)
	}
	// Newer libelf compresses with it too.
	if _, err := os.Stat(filepath.Join("/usr/lib", multiarch(), "libzstd.a")); err == nil {
		t.libraries = append(t.libraries, "-lzstd")
	}
	t.readOnly = append(existing(libraryDirs), existing([]string{"/usr/bin", "/usr/include", "/usr/libexec"})...)
	if prefix := filepath.Dir(filepath.Dir(t.compiler)); prefix != "/usr" && prefix != "/" {
		t.readOnly = append(t.readOnly, prefix)
	}
	return t, nil
}

// try builds a program that does nothing. What fails here is the fault of this
// machine.
func (t *programTools) try(ctx context.Context) error {
	const source = "#include <bpf/libbpf.h>\nint main(void) { return libbpf_major_version() == 0; }\n"
	err := trySource(programSourceName, source, func(s *Submission) error {
		s.ProgramSource = programSourceName
		_, _, err := t.build(ctx, s, &cache{}, "", func() error { return nil })
		return err
	})
	var fault *BuildError
	if errors.As(err, &fault) {
		return fmt.Errorf("try %s with libbpf (libbpf-dev): %s", t.compiler, fault.Error())
	}
	return err
}

// build compiles and links, after what prepare makes of the object with that
// hash.
func (t *programTools) build(ctx context.Context, s *Submission, c *cache, objectHash string, prepare func() error) (program, log string, err error) {
	out, err := os.MkdirTemp(s.scratch.Path, "program-")
	if err != nil {
		return "", "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	program = filepath.Join(out, programName)
	command := t.command(s, program)
	key := cacheKey(s, command, s.ProgramSource, objectHash)
	if log, found := c.get(key, program); found {
		return program, log, nil
	}
	if err := prepare(); err != nil {
		return "", "", err
	}
	result, err := sandbox.Run(ctx, command)
	if err != nil {
		return "", "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	if log, err = product(s, s.ProgramSource, program, command, result, s.Dir, out); err != nil {
		return "", "", err
	}
	c.put(key, program, log)
	return program, log, nil
}

func (t *programTools) command(s *Submission, program string) sandbox.Command {
	sourceDir, source := path.Split(s.ProgramSource)
	dir := filepath.Join(s.Dir, filepath.FromSlash(sourceDir))
	args := []string{"-O2", "-static", "-fdiagnostics-color=never", "-fmax-errors=20", "-I.", "-I" + s.Dir}
	if strings.Contains(filepath.Base(t.compiler), "clang") {
		args[3] = "-ferror-limit=20"
	}
	args = append(args, "-o", program, argument(source))
	args = append(args, t.libraries...)
	return sandbox.Command{
		Path: t.compiler,
		// Without symbols it is smaller to send.
		Args:     append(args, "-s"),
		Env:      []string{"PATH=/usr/bin", "TMPDIR=" + filepath.Dir(program), "LC_ALL=C"},
		Dir:      dir,
		ReadOnly: append([]string{s.Dir}, t.readOnly...),
		Writable: []string{filepath.Dir(program)},
		Limits:   programLimits,
	}
}

// trySource calls try with a submission of one file.
func trySource(name, source string, try func(*Submission) error) error {
	own, err := scratch.New("try")
	if err != nil {
		return err
	}
	defer own.Remove()
	s := &Submission{Name: "nothing", Dir: filepath.Join(own.Path, "files"), scratch: own, Files: []string{name}}
	if err := os.Mkdir(s.Dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(source), fs.FileMode(0o644)); err != nil {
		return err
	}
	return try(s)
}
