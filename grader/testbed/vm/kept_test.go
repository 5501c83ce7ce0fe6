package vm

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bpfgrade/bpfgrade/grader/testbed/vm/kernel"
)

const testVersion = "QEMU emulator version 7.2.22"

// testConfig has a kernel that no machine could boot, an agent that could not
// run, and a QEMU that is none.
func testConfig(t *testing.T) Config {
	dir := t.TempDir()
	image, agent := filepath.Join(dir, "vmlinuz"), filepath.Join(dir, "agent")
	require.NoError(t, os.WriteFile(image, []byte("kernel"), 0o600))
	require.NoError(t, os.WriteFile(agent, []byte("agent"), 0o600))
	return Config{Kernel: kernel.Kernel{Name: "6.1", Image: image}, Agent: agent, qemu: "/nonexistent/qemu", accel: software}
}

// testTemplate is a template that is complete but for what a machine has in it.
func testTemplate(t *testing.T, c Config, root string) *Template {
	template := &Template{config: c, root: root, initramfs: initramfs{agent: c.Agent}}
	require.NoError(t, template.hash())
	makeKept(t, filepath.Join(root, template.key(testVersion)), 0)
	work, err := openWorkDir()
	require.NoError(t, err)
	template.work = work
	t.Cleanup(func() { assert.NoError(t, template.Close()) })
	return template
}

// makeKept makes the files of a template that was used some time ago.
func makeKept(t *testing.T, dir string, since time.Duration) {
	require.NoError(t, os.MkdirAll(dir, 0o700))
	for _, name := range []string{memoryFile, stateFile, initrdFile, btfFile} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("contents of "+name), 0o600))
	}
	require.NoError(t, finish(dir))
	then := time.Now().Add(-since)
	require.NoError(t, os.Chtimes(filepath.Join(dir, completeFile), then, then))
}

func TestKey(t *testing.T) {
	c := testConfig(t)
	key := func(c Config, version string, modules ...kernel.Module) string {
		template := &Template{config: c, initramfs: initramfs{c.Agent, modules}}
		require.NoError(t, template.hash())
		return template.key(version)
	}
	first := key(c, testVersion)
	assert.Equal(t, first, key(c, testVersion))
	assert.Regexp(t, `^6\.1-[0-9a-f]{16}$`, first)

	keys := map[string]string{first: "the first"}
	differs := func(what, key string) {
		assert.Empty(t, keys[key], "%s changes nothing", what)
		keys[key] = what
	}
	differs("another QEMU", key(c, "QEMU emulator version 8.0.0"))
	differs("another module", key(c, testVersion, kernel.Module{Name: "virtio_blk", Data: []byte("module")}))
	under := c
	under.accel = hardware
	differs("another accelerator", key(under, testVersion))
	require.NoError(t, os.WriteFile(c.Agent, []byte("other"), 0o600))
	differs("another agent", key(c, testVersion))
	require.NoError(t, os.WriteFile(c.Kernel.Image, []byte("another kernel"), 0o600))
	differs("another kernel of the same name", key(c, testVersion))
}

// A template that is there is used as it is; one that has lost a part of a file
// is made anew: here that fails, for there is no QEMU.
func TestReuse(t *testing.T) {
	c, root := testConfig(t), t.TempDir()
	template := testTemplate(t, c, root)
	require.NoError(t, template.open(t.Context(), testVersion))
	dir := template.dir
	saved, err := os.ReadFile(filepath.Join(dir, memoryFile))
	require.NoError(t, err)
	assert.Equal(t, "contents of memory", string(saved))

	again := testTemplate(t, c, root)
	require.NoError(t, again.open(t.Context(), testVersion))
	assert.Equal(t, dir, again.dir)

	require.NoError(t, os.Truncate(filepath.Join(dir, memoryFile), 3))
	other := &Template{config: c, root: root, work: template.work, initramfs: template.initramfs, contents: template.contents}
	assert.ErrorContains(t, other.open(t.Context(), testVersion), "start qemu")
	assert.NoDirExists(t, dir)
}

func TestDamage(t *testing.T) {
	for _, name := range []string{memoryFile, stateFile, initrdFile, btfFile, completeFile} {
		for what, damage := range map[string]func(string) error{
			"truncated": func(path string) error { return os.Truncate(path, 3) },
			"removed":   os.Remove,
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				dir := t.TempDir()
				makeKept(t, dir, 0)
				assert.True(t, intact(dir))
				require.NoError(t, damage(filepath.Join(dir, name)))
				lock, err := use(dir)
				require.NoError(t, err)
				assert.Nil(t, lock)
			})
		}
	}
}

func TestPrune(t *testing.T) {
	root := t.TempDir()
	dir := func(name string) string { return filepath.Join(root, name) }
	for i := range keptTemplates {
		makeKept(t, dir(fmt.Sprint("new-", i)), time.Duration(i)*time.Minute)
	}
	makeKept(t, dir("rested"), templateRest+time.Minute)
	makeKept(t, dir("about-to-be-used"), templateRest-time.Minute)
	makeKept(t, dir("rested-and-used"), templateRest+time.Minute)
	makeKept(t, dir("old-and-used"), templateAge+time.Minute)
	makeKept(t, dir("old"), templateAge+time.Minute)
	require.NoError(t, os.Mkdir(dir("unfinished"), 0o700))
	require.NoError(t, os.Mkdir(dir("being-made"), 0o700))

	for _, name := range []string{"rested-and-used", "old-and-used"} {
		path := filepath.Join(dir(name), completeFile)
		info, err := os.Stat(path)
		require.NoError(t, err)
		lock, err := use(dir(name))
		require.NoError(t, err)
		defer lock.Close()
		// It has been in use for long.
		require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	}
	making := flock.New(dir("being-made") + ".lock")
	require.NoError(t, making.Lock())
	defer making.Close()

	prune(root)
	for i := range keptTemplates {
		assert.DirExists(t, dir(fmt.Sprint("new-", i)))
	}
	for _, name := range []string{"about-to-be-used", "rested-and-used", "old-and-used", "being-made"} {
		assert.DirExists(t, dir(name))
	}
	for _, name := range []string{"rested", "old", "unfinished"} {
		assert.NoDirExists(t, dir(name))
	}
}

// Where KVM has failed since the host was booted it is not tried again.
func TestKVMNote(t *testing.T) {
	// This QEMU knows its version, and no machine.
	bin := t.TempDir()
	qemu := filepath.Join(bin, QEMU)
	require.NoError(t, os.WriteFile(qemu, []byte("#!/bin/sh\necho '"+testVersion+"'\n"), 0o700))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	open := func(t *testing.T, cache string) {
		template := testTemplate(t, testConfig(t), filepath.Join(cache, "templates"))
		template.config.qemu, template.config.accel = qemu, accelerator{}
		require.NoError(t, template.openWith(t.Context(), testVersion))
		assert.Equal(t, software, template.config.accel)
	}

	t.Run("there", func(t *testing.T) {
		cache := t.TempDir()
		require.NoError(t, os.WriteFile(kvmNote(cache, testVersion), []byte("it hung\n"), 0o600))
		open(t, cache)
		assert.True(t, KVMFailed(t.Context(), cache))
		assert.NotEqual(t, kvmNote(cache, testVersion), kvmNote(cache, "QEMU emulator version 8.0.0"), "another QEMU may do better")
	})
	t.Run("made", func(t *testing.T) {
		if err := MayUseKVM(); err != nil {
			t.Skip("KVM cannot be tried: ", err)
		}
		cache := t.TempDir()
		assert.False(t, KVMFailed(t.Context(), cache))
		open(t, cache)
		assert.True(t, KVMFailed(t.Context(), cache))
		note, err := os.ReadFile(kvmNote(cache, testVersion))
		require.NoError(t, err)
		assert.Contains(t, string(note), "qemu ended")
	})
}
