package main_test

import (
	"bytes"
	"debug/elf"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/gradertest"
	"github.com/bpfgrade/bpfgrade/grader/submission"
)

// ordinary includes what is only there for BPF when it is made for it.
const ordinary = `#include <linux/bpf.h>
#include <stdint.h>
#include <bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";
uint64_t calls;

SEC("tracepoint/syscalls/sys_enter_execve")
int count(void *ctx)
{
	__sync_fetch_and_add(&calls, 1);
	return 0;
}
`

// TestMakefile wants of the Makefile that init writes that it builds starters,
// and a source with the system's headers, to what the grader builds.
func TestMakefile(t *testing.T) {
	gradertest.SkipWithoutKernel(t)
	command := gradertest.Command(t)
	t.Setenv("PATH", filepath.Dir(command)+":"+os.Getenv("PATH"))
	headers, err := exec.Command(command, "kernel", "headers").Output()
	require.NoError(t, err)
	builder := &submission.Builder{Headers: strings.TrimSpace(string(headers))}

	same := func(t *testing.T, slug, source string) {
		dir := filepath.Join(t.TempDir(), "work")
		output, err := exec.Command(command, "init", slug, dir).CombinedOutput()
		require.NoError(t, err, "%s", output)
		if source != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "prog.bpf.c"), []byte(source), 0o600))
		}
		output, err = exec.Command("make", "-C", dir).CombinedOutput()
		require.NoError(t, err, "%s", output)
		assert.FileExists(t, filepath.Join(dir, "vmlinux.h"))
		for _, source := range []string{"prog.c", "target.c"} {
			if _, err := os.Stat(filepath.Join(dir, source)); err == nil {
				assert.FileExists(t, filepath.Join(dir, strings.TrimSuffix(source, ".c")))
			}
		}

		s, err := submission.Open(dir)
		require.NoError(t, err)
		defer s.Close()
		require.Equal(t, "prog.bpf.c", s.Source)
		object, _, err := builder.BPF(t.Context(), s)
		require.NoError(t, err)
		ours, made := sections(t, object), sections(t, filepath.Join(dir, "prog.bpf.o"))
		assert.ElementsMatch(t, slices.Collect(maps.Keys(ours)), slices.Collect(maps.Keys(made)))
		for name := range ours {
			assert.True(t, bytes.Equal(ours[name], made[name]), "section %s differs", name)
		}

		output, err = exec.Command("make", "-C", dir, "clean").CombinedOutput()
		require.NoError(t, err, "%s", output)
		left, err := filepath.Glob(filepath.Join(dir, "*.o"))
		require.NoError(t, err)
		assert.Empty(t, left)
	}
	// A BPF half alone, one with a header and a program, and one with a target.
	for _, slug := range []string{"exec-counter", "exec-events", "uprobe-args"} {
		t.Run(slug, func(t *testing.T) { same(t, slug, "") })
	}
	t.Run("ordinary headers", func(t *testing.T) { same(t, "exec-counter", ordinary) })
}

// sections are those of an object that a loader reads.
func sections(t *testing.T, path string) map[string][]byte {
	file, err := elf.Open(path)
	require.NoError(t, err)
	defer file.Close()
	read := make(map[string][]byte)
	for _, s := range file.Sections {
		if s.Type == elf.SHT_PROGBITS && !strings.HasPrefix(s.Name, ".debug") {
			data, err := s.Data()
			require.NoError(t, err)
			read[s.Name] = data
		}
	}
	require.NotEmpty(t, read[".BTF"])
	return read
}
