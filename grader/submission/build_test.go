package submission

import (
	"debug/elf"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/submission/sandbox"
)

// newBuilder returns a builder, or skips the test on a machine that cannot
// build. Its vmlinux.h has no more than a source needs that includes it.
func newBuilder(t *testing.T) *Builder {
	t.Helper()
	if _, err := FindClang(); err != nil {
		t.Skip(err)
	}
	if _, err := FindCC(); err != nil {
		t.Skip(err)
	}
	if _, err := os.Stat(filepath.Join(libbpfDir, "bpf_helpers.h")); err != nil {
		t.Skip(err)
	}
	if _, err := sandbox.Available(); err != nil {
		t.Skip(err)
	}
	headers := folder(t, map[string]string{"vmlinux.h": "#include <linux/bpf.h>\n", "gnu/stubs-32.h": ""})
	return &Builder{Headers: headers}
}

const (
	bpfSource = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("kprobe/vfs_read") int on_read(void *ctx) { return 0; }
char LICENSE[] SEC("license") = "GPL";
`
	programText = `#include <bpf/libbpf.h>
int main(void) { return bpf_object__open_file("prog.bpf.o", 0) == 0; }
`
)

func TestBuildBPF(t *testing.T) {
	b := newBuilder(t)
	for _, test := range []struct {
		name  string
		files map[string]string
	}{
		{"vmlinux.h", map[string]string{"prog.bpf.c": bpfSource}},
		{"the system's headers", map[string]string{"prog.bpf.c": strings.Replace(bpfSource, `"vmlinux.h"`, "<stdint.h>\n#include <linux/bpf.h>", 1)}},
		{"its own header", map[string]string{"prog.bpf.c": `#include "prog.h"` + "\n" + bpfSource, "prog.h": "struct s { int x; };\n"}},
		{"its own vmlinux.h", map[string]string{"prog.bpf.c": bpfSource + "struct own o;\n", "vmlinux.h": "#include <linux/bpf.h>\nstruct own { int x; };\n"}},
		{"a folder deeper", map[string]string{"src/prog.bpf.c": `#include "common.h"` + "\n" + bpfSource, "common.h": "\n"}},
		{"a name like an option", map[string]string{"-x.bpf.c": bpfSource}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := accepted(t, folder(t, test.files))
			object, log, err := b.BPF(t.Context(), s)
			require.NoError(t, err)
			assert.Empty(t, log)
			file, err := elf.Open(object)
			require.NoError(t, err)
			defer file.Close()
			assert.Equal(t, elf.EM_BPF, file.Machine)
			assert.NotNil(t, file.Section(".BTF"))
		})
	}
}

func TestBuildErrors(t *testing.T) {
	b := newBuilder(t)
	for _, test := range []struct {
		name, source string
		want         string
	}{
		{"first error", "int a;\nint b = ;\nint c = ;\n", "prog.bpf.c:2:9: expected expression"},
		{"missing header", `#include "nowhere.h"` + "\n", "prog.bpf.c:1:10: 'nowhere.h' file not found"},
		{"a file of the machine", `#include "/etc/passwd"` + "\n", "prog.bpf.c:1:10: '/etc/passwd' file not found"},
		{"a device", `#include "/dev/zero"` + "\n", "prog.bpf.c:1:10: '/dev/zero' file not found"},
		{"the machine's secrets in assembly", "__asm__(\".incbin \\\"/etc/passwd\\\"\");\n", "Could not find incbin file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := b.BPF(t.Context(), accepted(t, folder(t, map[string]string{"prog.bpf.c": test.source})))
			var fault *BuildError
			require.ErrorAs(t, err, &fault)
			assert.Contains(t, fault.Error(), test.want)
			assert.Equal(t, DiagnosisCompileError, fault.Diagnosis)
			assert.NotContains(t, fault.Log, "root:x:0")
		})
	}
}

// Where the kernel's header is broken no source is at fault.
func TestBrokenToolchain(t *testing.T) {
	b := newBuilder(t)
	require.NoError(t, os.WriteFile(filepath.Join(b.Headers, "vmlinux.h"), []byte("int a = ;\n"), 0o600))
	for range 2 {
		_, _, err := b.BPF(t.Context(), accepted(t, folder(t, map[string]string{"prog.bpf.c": bpfSource})))
		assert.ErrorContains(t, err, "try ")
		var fault *BuildError
		assert.False(t, errors.As(err, &fault))
	}
}

func TestBuildIsBounded(t *testing.T) {
	b := newBuilder(t)
	b.Limits = sandbox.Limits{CPU: time.Second}
	// Each macro is ten of the one before.
	source := "#define A0 x\n"
	for i := range 9 {
		prev := "A" + string(rune('0'+i)) + " "
		source += "#define A" + string(rune('1'+i)) + " " + strings.Repeat(prev, 10) + "\n"
	}
	_, _, err := b.BPF(t.Context(), accepted(t, folder(t, map[string]string{"prog.bpf.c": source + "A9\n"})))
	var fault *BuildError
	require.ErrorAs(t, err, &fault)
	assert.True(t, fault.TimedOut || strings.Contains(fault.Message, "memory"), fault.Message)
}

func TestBuildProgram(t *testing.T) {
	b := newBuilder(t)
	skeleton := `#include "prog.skel.h"
int main(void) { struct SKEL *s = SKEL__open_and_load(); return !s || SKEL__attach(s); }
`
	for _, test := range []struct {
		name  string
		files map[string]string
	}{
		{"libbpf", map[string]string{"prog.c": programText}},
		{"a header of both halves", map[string]string{"prog.c": `#include "prog.h"` + "\n" + programText, "prog.h": "struct s { int x; };\n"}},
		{"skeleton", map[string]string{"prog.c": strings.ReplaceAll(skeleton, "SKEL", "prog_bpf")}},
		{"skeleton of another name", map[string]string{"prog.c": strings.ReplaceAll(skeleton, "SKEL", "counter")}},
		{"stale skeleton", map[string]string{"prog.c": strings.ReplaceAll(skeleton, "SKEL", "prog"), "prog.skel.h": "#error stale\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.files["prog.bpf.c"] = bpfSource
			s := accepted(t, folder(t, test.files))
			object, _, err := b.BPF(t.Context(), s)
			require.NoError(t, err)
			program, log, err := b.Program(t.Context(), s, object)
			require.NoError(t, err)
			assert.Empty(t, log)
			assert.NoError(t, checkProgram(program))
		})
	}
}

func TestProgramErrors(t *testing.T) {
	b := newBuilder(t)
	for _, test := range []struct{ name, source, want string }{
		{"first error", "int main(void)\n{\n\treturn 0\n}\n", "prog.c:3:"},
		{"missing function", "int nowhere(void);\nint main(void) { return nowhere(); }\n", "undefined reference to `nowhere'"},
		{"missing header", `#include "vmlinux.h"` + "\nint main(void) { return 0; }\n", "prog.c:1:10: "},
		{"a file of the machine", `#include "/etc/passwd"` + "\n", "prog.c:1:10: "},
		{"the machine's secrets in assembly", "__asm__(\".incbin \\\"/etc/passwd\\\"\");\nint main(void) { return 0; }\n", "/etc/passwd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := accepted(t, folder(t, map[string]string{"prog.bpf.c": bpfSource, "prog.c": test.source}))
			_, _, err := b.Program(t.Context(), s, "")
			var fault *BuildError
			require.ErrorAs(t, err, &fault)
			assert.Contains(t, fault.Error(), test.want)
			assert.Equal(t, DiagnosisCompileError, fault.Diagnosis)
			assert.NotContains(t, fault.Log, "root:x:0")
		})
	}
}

func TestPrebuiltProgram(t *testing.T) {
	b := newBuilder(t)
	s := accepted(t, folder(t, map[string]string{"prog.bpf.c": bpfSource, "prog.c": programText}))
	program, _, err := b.Program(t.Context(), s, "")
	require.NoError(t, err)
	static, err := os.ReadFile(program)
	require.NoError(t, err)
	dynamic, err := os.ReadFile("/bin/sh")
	require.NoError(t, err)
	foreign := append([]byte(nil), static...)
	foreign[18] = byte(elf.EM_AARCH64)
	for _, test := range []struct {
		name    string
		program []byte
		want    string
	}{
		{"static", static, ""},
		{"dynamic", dynamic, "link it with -static"},
		{"no executable", []byte("#!/bin/sh\n"), "not an executable"},
		{"cut", static[:40], "not an executable"},
		{"another machine", foreign, "not an executable for this machine"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := accepted(t, folder(t, map[string]string{"prog.bpf.c": bpfSource, "prog": string(test.program)}))
			_, _, err := b.Program(t.Context(), s, "")
			var fault *BuildError
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorAs(t, err, &fault)
			assert.Contains(t, fault.Message, test.want)
		})
	}
}

func TestSkeletonName(t *testing.T) {
	for source, want := range map[string]string{
		"":                                    "prog_bpf",
		"bpf_object__open(x); btf__load(y);":  "prog_bpf",
		"bpf_object__load(o); exec__open();":  "exec",
		"struct a_b *s = a_b__open_and_load(": "a_b",
	} {
		assert.Equal(t, want, skeletonName([]byte(source)), source)
	}
}
